// A card: what the item is, why it is here, and what can be said to it.

import { h, icon, span } from "./dom.js";

const GOLDEN = 137.508;
const SAY = [["like", "Like"], ["dislike", "Dislike"], ["save", "Save"]];

/** `can`: now, fresh, say(type), act(type), why(), similar(). */
export function card(item, can) {
  const hue = hueOf(item.tags?.[0] ?? item.format ?? item.title);
  const second = item.tags?.[1] ? hueOf(item.tags[1]) : hue + 30;
  return h("li", { class: `card item${can.fresh ? " fresh" : ""}`, vars: { "--h": hue, "--h2": second } },
    cover(item, can),
    h("div", { class: "about" },
      h("p", { class: item.exploration ? "label other" : "label" }, icon(item.exploration ? "compass" : "spark"), h("span", {}, item.label)),
      says(item) ? h("p", { class: "text" }, item.text) : null,
      h("ul", { class: "row tags", "aria-label": "Tags" }, (item.tags ?? []).slice(0, 3).map((tag) => h("li", { class: "chip" }, tag)))),
    h("div", { class: "says" },
      SAY.filter(([type]) => can.say(type)).map(([type, name]) => h("button", { type: "button", class: "round", title: name, "aria-label": `${name} ${item.title}`,
        onclick: () => can.act(type) }, icon(type))),
      h("button", { type: "button", class: "button plain small", "aria-label": `Why this? ${item.title}`, onclick: can.why }, "Why this?"),
      menu(item, can)));
}

function cover(item, can) {
  const title = item.url?.startsWith("http") ? h("a", { href: item.url, rel: "noreferrer" }, item.title) : item.title;
  const facts = [item.format, item.provider, item.published_at ? age(item.published_at, can.now) : null].filter(Boolean);
  return h("div", { class: "cover" },
    h("p", { class: "facts" }, facts.join(" · ")),
    h("h2", { tabindex: "-1" }, title),
    can.say("dismiss") && h("button", { type: "button", class: "round away", title: "Not for me", "aria-label": `Dismiss ${item.title}`, onclick: () => can.act("dismiss") },
      icon("dismiss")));
}

/** Whether the text tells more than the title, which often begins it. */
function says(item) {
  return item.text && !(item.text.startsWith(item.title) && item.text.length < item.title.length + 80);
}

function age(published, now) {
  return new Date(published) > new Date(now) ? "to come" : `${span(published, now)} ago`;
}

function menu(item, can) {
  const entries = [
    can.say("more_like_this") && ["more", "More like this", () => can.act("more_like_this")],
    can.say("less_like_this") && ["less", "Less like this", () => can.act("less_like_this")],
    ["similar", "Show similar", can.similar],
  ].filter(Boolean);
  const opened = h("details", { class: "menu" },
    h("summary", { class: "round", "aria-label": `More for ${item.title}` }, icon("menu")),
    h("div", { class: "card list" }, entries.map(([shape, name, go]) =>
      h("button", { type: "button", onclick: () => { opened.open = false; go(); } }, icon(shape), name))));
  opened.addEventListener("focusout", (event) => { if (!opened.contains(event.relatedTarget)) opened.open = false; });
  opened.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    opened.open = false;
    opened.querySelector("summary").focus();
  });
  return opened;
}

/** What is left of a card once something was said to it. */
export function done(step, undo) {
  return h("li", { class: "card done" }, h("div", { class: "row" }, icon(step.type === "dismiss" ? "dismiss" : step.type.split("_")[0])),
    h("p", {}, `You ${step.said} `, h("strong", {}, step.title)),
    h("button", { type: "button", class: "button quiet small", onclick: undo }, icon("undo"), "Undo"));
}

/** A colour for a word, the same every time. */
export function hueOf(word) {
  let sum = 0;
  for (const letter of word) sum = (sum * 31 + letter.codePointAt(0)) % 1009;
  return Math.round(sum * GOLDEN) % 360;
}
