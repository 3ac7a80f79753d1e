// The receipt: what the list is made of, as one bar, and which promises it keeps.

import { h, icon } from "./dom.js";

const KINDS = [
  ["did", "from what you did", ["because_you", "similar_to", "history", "session"]],
  ["asked", "from what you asked for", ["stated_preference"]],
  ["other", "outside your interests", ["explore"]],
  ["new", "because it is new", ["fresh"]],
  ["popular", "because it is popular", ["popular"]],
];
const FLOORS = {
  exploration: (each) => `${each.achieved} outside your interests, ${each.required} promised`,
  recency: (each) => `${each.achieved} new, ${each.required} promised`,
  length: (each) => `${each.achieved} of ${each.required} asked for`,
  topic_cap: (each) => `${each.achieved} of one topic, ${each.required} at most`,
  provider_cap: (each) => `${each.achieved} of one provider, ${each.required} at most`,
  distance: (each) => `${each.achieved} unlike the others, ${each.required} promised`,
};
const CAPS = ["topic_cap", "provider_cap"];

/** Of a slate. */
export function receipt(slate) {
  const parts = KINDS.map(([kind, name, codes]) => [kind, name, slate.items.filter((item) => codes.includes(codeOf(item))).length])
    .filter(([, , count]) => count);
  const told = parts.map(([, name, count]) => `${count} ${name}`).join(", ");
  const rows = slate.receipt.filter((each) => each.floor !== "length" || each.achieved < each.required).map((each) => {
    const kept = CAPS.includes(each.floor) ? each.achieved <= each.required : each.achieved >= each.required;
    const said = FLOORS[each.floor]?.(each) ?? `${each.floor}: ${each.achieved}, ${each.required} promised`;
    return h("li", { class: kept ? "kept" : "missed", title: each.reason }, icon(kept ? "check" : "dismiss"),
      h("span", {}, said, kept ? null : h("small", {}, ` ${each.reason ?? ""}`)));
  });
  return h("section", { class: "receipt", "aria-label": "What this list is made of" },
    h("div", { class: "mix", role: "img", "aria-label": told }, parts.map(([kind, , count]) => h("span", { class: kind, vars: { "--n": count } }))),
    h("ul", { class: "row legend", "aria-hidden": "true" }, parts.map(([kind, name, count]) => h("li", {}, h("i", { class: kind }), `${count} ${name}`))),
    rows.length ? h("details", {}, h("summary", {}, promised(slate.receipt)), h("ul", { class: "floors" }, rows)) : null);
}

function promised(floors) {
  const missed = floors.filter((each) => CAPS.includes(each.floor) ? each.achieved > each.required : each.achieved < each.required);
  return missed.length ? `${missed.length} of ${floors.length} promises could not be kept` : `All ${floors.length} promises kept`;
}

function codeOf(item) {
  return item.exploration ? "explore" : item.reasons[0]?.code ?? "popular";
}
