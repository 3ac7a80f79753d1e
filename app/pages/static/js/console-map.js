// The catalogue in the plane: a circle a topic, as large as its items, coloured by how much it was shown for its size.

import { call } from "./call.js";
import { h } from "./dom.js";
import { empty, facts, mark, number, panel, put, share, table, to } from "./console-parts.js";

const [LEAST, MOST] = [320, 1000];
const MARGIN = 56;
const LETTER = 7.2;
const SVG = "http://www.w3.org/2000/svg";
/** Shown by its size, from which on a class holds: the logarithm to base 2 of exposure by size. */
const CLASSES = [[-Infinity, "far less"], [-1.5, "less"], [-0.5, "about as much"], [0.5, "more"], [1.5, "far more"]];
const NEVER = 5;

export async function map(place) {
  const told = await call("GET", "/admin/catalogue-map");
  const topics = withExposure(told.topics);
  if (!topics.length) {
    put(place, empty("There are no topics yet.", "They are found when the index is built: send items, or run penchant rebuild-index."));
    return;
  }
  const out = h("div", { "aria-live": "polite" });
  put(place, 
    panel("Topics by likeness, size and exposure", h("p", { class: "soft small" },
      `What lies near is alike; where a topic lies is fixed by snapshot ${told.snapshot}. Area is items. ` +
      (told.logged ? `Colour is the share of the slots of the last ${told.days} days by the share of the items.`
        : "Answers are not logged, so that nothing is known of exposure."),
      told.other_slots ? ` ${number(told.other_slots)} slots were of topics that this snapshot does not have.` : ""),
    legend(), drawn(topics, out, place.clientWidth), out),
    panel("The same as a table", table("Topics", [
      { title: "Topic", value: (row) => name(row), show: (row) => to("catalogue", { filter: `topic = ${JSON.stringify(row.topic)}` }, name(row)) },
      { title: "Items", value: (row) => row.items, show: (row) => number(row.items), number: true },
      { title: "Share of items", value: (row) => row.size, show: (row) => share(row.size), number: true },
      { title: "Slots", value: (row) => row.slots, show: (row) => number(row.slots), number: true },
      { title: "Share of slots", value: (row) => row.shown, show: (row) => share(row.shown), number: true },
      { title: "People", value: (row) => row.people, show: (row) => number(row.people), number: true },
      { title: "Shown for its size", value: (row) => row.ratio, show: (row) => mark(words(row), `exposure-${row.level}`), number: false },
    ], topics, { sort: [1, true] })));
}

function withExposure(topics) {
  const [items, slots] = ["items", "slots"].map((each) => topics.reduce((sum, topic) => sum + topic[each], 0));
  return topics.map((topic) => {
    const [size, shown] = [topic.items / items, slots ? topic.slots / slots : 0];
    const ratio = shown ? Math.log2(shown / size) : -Infinity;
    const level = shown ? CLASSES.findLastIndex(([from]) => ratio >= from) : NEVER;
    return { ...topic, size, shown, ratio, level };
  });
}

const name = (topic) => topic.name || topic.topic;
const words = (topic) => topic.level === NEVER ? "not shown" : CLASSES[topic.level][1];

const legend = () => h("ul", { class: "legend", "aria-label": "Colours" },
  [...CLASSES.map(([, text], level) => [level, text]), [NEVER, "not shown"]].map(([level, text]) =>
    h("li", {}, h("span", { class: `swatch exposure-${level}` }), text)));

function s(tag, about = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [attribute, value] of Object.entries(about)) element.setAttribute(attribute, value);
  element.append(...children);
  return element;
}

/** Circles pushed apart where they would cover one another; labels where there is room, the largest topics first. `room` is the width. */
function drawn(topics, out, room) {
  const width = Math.min(Math.max(room, LEAST), MOST);
  const height = width < 600 ? 1.3 * width : 0.62 * width;  // labels are as large as other text, whatever the screen
  const circles = apart(topics.map((topic) => ({ topic, r: radius(topic, topics) * Math.sqrt(width / MOST),
    x: MARGIN + (topic.x + 1) / 2 * (width - 2 * MARGIN), y: MARGIN + (1 - topic.y) / 2 * (height - 2 * MARGIN) })));
  const low = Math.min(...circles.map((each) => each.y - each.r)) - 12;
  const high = Math.max(...circles.map((each) => each.y + each.r)) + 24;
  const half = (each) => Math.max(each.r, LETTER / 2 * name(each.topic).length) + 8;
  const left = Math.min(...circles.map((each) => each.x - half(each)));
  const right = Math.max(...circles.map((each) => each.x + half(each)));
  const svg = s("svg", { class: "map", viewBox: `${left} ${low} ${right - left} ${high - low}`, role: "group",
    "aria-label": `Map of ${topics.length} topics; the table below says the same` });
  const [taken, labels] = [[], s("g", { "aria-hidden": "true" })];
  for (const circle of circles) {
    const { topic, x, y, r } = circle;
    const tell = () => put(out, about(topic));
    const group = s("a", { href: `#/catalogue?${new URLSearchParams({ filter: `topic = ${JSON.stringify(topic.topic)}` })}`,
      "aria-label": `${name(topic)}: ${topic.items} items, ${topic.slots} slots, shown ${words(topic)}` });
    group.addEventListener("pointerenter", tell);
    group.addEventListener("focus", tell);
    group.append(s("circle", { cx: x, cy: y, r, class: `exposure-${topic.level}` }));
    const label = placed(circle, taken);
    if (label) labels.append(s("text", { x, y: label, class: "topic" }, name(topic)));
    svg.append(group);
  }
  svg.append(labels);
  return svg;
}

const radius = (topic, topics) => 7 + 46 * Math.sqrt(topic.items / Math.max(...topics.map((each) => each.items)));

function apart(circles) {
  for (let step = 0; step < 120; step += 1) {
    let moved = false;
    for (let i = 0; i < circles.length; i += 1) {
      for (let j = 0; j < i; j += 1) {
        const [a, b] = [circles[i], circles[j]];
        const [dx, dy] = [a.x - b.x || 0.01 * (i - j), a.y - b.y || 0.01];
        const far = Math.hypot(dx, dy);
        const over = a.r + b.r + 3 - far;
        if (over <= 0.5) continue;
        moved = true;
        const part = over / 2 / far;
        a.x += dx * part; a.y += dy * part; b.x -= dx * part; b.y -= dy * part;
      }
    }
    if (!moved) break;
  }
  return circles;
}

/** Where the baseline of a label stands, inside a large circle or below a small one; null where it would cover another. */
function placed({ topic, x, y, r }, taken) {
  const width = LETTER * name(topic).length;
  const inside = width < 2 * r - 6;
  const baseline = inside ? y + 4 : y + r + 13;
  const box = [x - width / 2, baseline - 12, x + width / 2, baseline + 3];
  if (taken.some((each) => box[0] < each[2] && each[0] < box[2] && box[1] < each[3] && each[1] < box[3])) return null;
  taken.push(box);
  return baseline;
}

const about = (topic) => h("div", { class: "well" }, h("h3", {}, name(topic)), facts([
  ["Items", `${number(topic.items)} (${share(topic.size)})`], ["Slots", `${number(topic.slots)} (${share(topic.shown)})`],
  ["People", number(topic.people)], ["Shown for its size", words(topic)], ["Such as", topic.examples.join(" · ")]]));
