// Interests: a picture of what was inferred and where it goes, and a slider each for more and less.

import { call, ofPerson } from "./call.js";
import { dialog, fresh, h, icon, notice, percent, span } from "./dom.js";
import { hueOf } from "./for-you-card.js";
import { eventRow } from "./my-evidence.js";

const WISHES = ["mute", "less", null, "more"];
const NAMES = ["Nothing", "Less", "As learned", "More"];
const NEUTRAL = 2;
const STEADY = 0.02;
const PREVIEWED = 8;

/** The section. */
export function interests(about) {
  const listed = rows(about);
  return h("section", { class: "card pad stack wide" }, h("div", { class: "head" },
    h("div", {}, h("h2", {}, "Your interests"), h("p", { class: "soft" },
      "Found in what you did. Move a slider to see what would change, before it does.")), another(about, listed)),
  listed.some((each) => each.share) ? mix(listed) : null,
  listed.length ? h("ul", { class: "interests" }, listed.map((each) => row(about, each)))
    : h("p", { class: "empty" }, about.profile.personalization ? "None yet. They show as you take things up." : "None are kept in use while personalization is off."));
}

function mix(listed) {
  const found = listed.filter((each) => each.share > 0);
  const told = found.map((each) => `${titleOf(each)} ${percent(each.share)}`).join(", ");
  return h("div", { class: "mix", role: "img", "aria-label": `All of them: ${told}` },
    found.map((each) => h("span", { vars: { "--n": each.share, "--hue": colour(titleOf(each)) } })));
}

const colour = (title) => `light-dark(oklch(.58 .15 ${hueOf(title)}), oklch(.74 .13 ${hueOf(title)}))`;

function rows({ profile, topics }) {
  const inferred = profile.implicit.topics;
  const named = new Map(topics.map((each) => [each.topic, each.name]));
  const stated = wished(profile).filter((slug) => !inferred.some((each) => each.topic === slug));
  return [...inferred, ...stated.map((topic) => ({ topic, name: named.get(topic) ?? topic, share: 0, trend: null, events: 0, evidence: [] }))];
}

const lists = (profile) => {
  const { preferences, muted } = profile.explicit;
  return { more: preferences?.topics ?? [], less: preferences?.less_of ?? [], mute: muted?.topics ?? [] };
};
const wished = (profile) => Object.values(lists(profile)).flat();
const positionOf = (profile, topic) => {
  const found = Object.entries(lists(profile)).find(([, slugs]) => slugs.includes(topic))?.[0] ?? null;
  return WISHES.indexOf(found);
};

function titleOf(each) {
  const title = each.name ?? `Such as ${each.evidence[0]?.title ?? each.topic}`;
  return title[0].toUpperCase() + title.slice(1);
}

function row(about, each) {
  const { profile } = about;
  const title = titleOf(each);
  const now = positionOf(profile, each.topic);
  return h("li", { class: "interest", vars: { "--hue": colour(title) } },
    h("div", { class: "named" }, h("h3", {}, title), each.established ? h("span", { class: "chip tag" }, "established") : null),
    h("div", { class: "picture" }, h("span", { class: "bar", vars: { "--share": each.share } }, h("span")), h("strong", {}, percent(each.share)),
      trend(each)),
    slider(about, each, title, now),
    details(about, each, title));
}

function trend(each) {
  if (each.trend === null || each.trend === undefined) return h("span", { class: "trend" }, "");
  const way = each.trend > STEADY ? ["up", "rising"] : each.trend < -STEADY ? ["down", "fading"] : ["less", "steady"];
  const points = Math.abs(Math.round(100 * each.trend));
  return h("span", { class: `trend ${way[1]}`, title: "Points of a hundred: the last 30 days against the time before" }, icon(way[0]),
    points ? `${way[1]} ${points}` : way[1]);
}

function slider(about, each, title, now) {
  const id = fresh("wish");
  const said = h("output", { for: id }, NAMES[now]);
  const range = h("input", { type: "range", id, min: 0, max: 3, step: 1, value: String(now), "data-key": `wish-${each.topic}`,
    "aria-label": `${title}: nothing, less, as learned or more`, "aria-valuetext": NAMES[now] });
  range.addEventListener("input", () => {
    said.textContent = NAMES[range.value];
    range.setAttribute("aria-valuetext", NAMES[range.value]);
  });
  range.addEventListener("change", async () => {
    const position = Number(range.value);
    const done = position === now || await wish(about, each, title, now, position);
    if (!done) { range.value = String(now); said.textContent = NAMES[now]; }
  });
  return h("div", { class: "wish" }, range, said);
}

async function wish(about, each, title, now, position) {
  const undo = () => set(about, each.topic, now);
  const put = () => set(about, each.topic, position);
  const said = position === NEUTRAL ? `${title}: as learned.` : `${title}: ${NAMES[position].toLowerCase()}.`;
  if (position === NEUTRAL) return about.change(put, said, undo);
  const path = ofPerson(about.userId, `/interests/${encodeURIComponent(each.topic)}`);
  const ask = () => call("PUT", path, { query: { preview: true, limit: PREVIEWED }, body: { wish: WISHES[position] } });
  return preview(`${title}: ${NAMES[position].toLowerCase()}`, ask, () => about.change(put, said, undo));
}

/** What is wished of a topic, by its place on the slider. */
async function set(about, topic, position) {
  if (position !== NEUTRAL) {
    return call("PUT", ofPerson(about.userId, `/interests/${encodeURIComponent(topic)}`), { body: { wish: WISHES[position] } });
  }
  const kept = Object.fromEntries(Object.entries(lists(about.profile)).map(([name, slugs]) => [name, slugs.filter((slug) => slug !== topic)]));
  const patch = { preferences: { topics: kept.more, less_of: kept.less }, muted: { topics: kept.mute } };
  return call("PATCH", ofPerson(about.userId, "/profile"), { body: patch, headers: { Prefer: "return=minimal" } });
}

/** Show the list before and after; resolves with whether it was done. */
function preview(title, ask, act) {
  return new Promise((resolve) => {
    const place = h("div", { class: "stack" }, h("div", { class: "wait" }));
    const go = h("button", { type: "button", class: "button" }, "Do it");
    const no = h("button", { type: "button", class: "button quiet" }, "Leave it as it is");
    const opened = dialog(title, [place, h("div", { class: "row" }, go, no)]);
    opened.classList.add("broad");
    let agreed = false;
    go.addEventListener("click", () => { agreed = true; opened.close(); });
    no.addEventListener("click", () => opened.close());
    opened.addEventListener("close", async () => resolve(agreed ? await act() : false));
    ask().then((told) => place.replaceChildren(...compared(told)), (error) => place.replaceChildren(notice(error)));
    go.focus();
  });
}

function compared(told) {
  const [before, after] = [told.before.items, told.after.items];
  const ids = (items) => new Set(items.map((item) => item.item_id));
  const [old, next] = [ids(before), ids(after)];
  const changed = after.filter((item) => !old.has(item.item_id)).length;
  const list = (name, items, other, mark, word) => h("div", {}, h("h3", {}, name), h("ol", { class: "slate" }, items.map((item) =>
    h("li", { class: other.has(item.item_id) ? null : mark }, h("span", {}, item.title, other.has(item.item_id) ? null : h("small", {}, ` ${word}`)),
      h("small", { class: "soft" }, item.label)))));
  return [h("p", { class: "soft" }, told.comprises.statement),
    h("p", {}, changed ? `${changed} of the first ${after.length} would be others.` : "The first of your list would stay the same."),
    h("div", { class: "compared" }, list("Now", before, next, "gone", "goes"), list("Then", after, old, "come", "comes"))];
}

function details(about, each, title) {
  if (!each.evidence?.length) return null;
  const path = ofPerson(about.userId, `/interests/${encodeURIComponent(each.topic)}`);
  const forget = () => about.change(() => call("DELETE", path), `${title} is forgotten.`, () => call("POST", ofPerson(about.userId, "/undo-reset")));
  const ask = () => call("DELETE", path, { query: { preview: true, limit: PREVIEWED } });
  return h("details", { "data-key": `why-${each.topic}` },
    h("summary", {}, `From ${each.events} thing${each.events === 1 ? "" : "s"} you did`),
    h("div", { class: "stack tight" },
      h("p", { class: "soft small" }, `If you add nothing, a tenth of it is left in ${span(about.profile.freshness.as_of, each.faded_at)}. What weighs most:`),
      h("ul", { class: "events" }, each.evidence.map((event) => eventRow(about, event))),
      h("div", {}, h("button", { type: "button", class: "button quiet small", onclick: () => preview(`Forget ${title}`, ask, forget) },
        "Forget this interest"))));
}

function another(about, listed) {
  const left = about.topics.filter((each) => !listed.some((one) => one.topic === each.topic));
  if (!left.length || !about.profile.personalization) return null;
  const id = fresh("topic");
  const select = h("select", { id, "aria-label": "Another topic", "data-key": "another" }, h("option", { value: "" }, "Another topic…"),
    left.map((each) => h("option", { value: each.topic }, each.name)));
  select.addEventListener("change", async () => {
    const each = left.find((one) => one.topic === select.value);
    if (each && !await wish(about, { ...each, evidence: [] }, titleOf(each), NEUTRAL, WISHES.indexOf("more"))) select.value = "";
  });
  return h("div", { class: "another" }, select);
}
