// "Why this?": what an item's place rests on, which rule gave it, and where it would stand without one thing of that.

import { call } from "./call.js";
import { dialog, h, notice, percent, span } from "./dom.js";

const SOURCES = {
  interests: "It was found near what you like.",
  embedding: "It was found near what you like.",
  neighbours: "People who took up the same things took up this.",
  stated: "It fits what you said that you like.",
  fresh: "It is new.",
  explore: "It was looked for outside what you usually take up.",
  popular: "Many people take it up.",
  backfill: "Others were left out, and this came next.",
};
const KINDS = { recency: "How new it is", popularity: "How many people take it up", stated_preference: "What you said that you like" };
const VERBS = { like: "liked", save: "saved", share: "shared", click: "opened", complete: "finished", dwell: "spent time on",
  more_like_this: "wanted more like", less_like_this: "wanted less like", dislike: "disliked", dismiss: "dismissed", report: "reported",
  impression: "were shown" };
const TERMS = { similarity: "Likeness to what you like", interest: "Likeness within an interest", session: "What you do just now",
  popularity: "Popularity", recency: "Freshness", stated: "What you asked for", format: "Your formats", neighbours: "Taken up together" };
const EVENTS = ["event", "other_events"];
const MOST = 6;

/** Open the evidence of an item of a slate. */
export function why(item, slate, now) {
  const parts = strongest(item);
  return dialog(item.title, [
    h("p", { class: "lead" }, item.label),
    parts.length ? h("section", { class: "stack" }, h("h3", {}, "What its score rests on"), bars(parts, item, now)) : null,
    h("section", { class: "stack tight" }, h("h3", {}, "What gave it this place"), h("p", {}, rule(item))),
    without(item, slate),
    terms(item),
    h("p", {}, h("a", { href: `/me${location.hash}` }, "All that is held of you, and how to change it")),
  ].filter(Boolean), { sheet: true });
}

/** Open what is like an item. */
export async function similar(item, userId) {
  const list = h("ol", { class: "stack" });
  dialog(`Like ${item.title}`, list, { sheet: true });
  try {
    const found = await call("GET", "/similar", { query: { item_id: item.item_id, user_id: userId, limit: 10, fields: "format" } });
    list.replaceChildren(...found.items.map((each) => h("li", { class: "alike" }, h("h3", {}, each.title),
      h("p", { class: "soft" }, [each.label, each.format].filter(Boolean).join(" · ")))));
    if (!found.items.length) list.replaceChildren(h("li", {}, found.reason ?? "Nothing is like it."));
  } catch (error) {
    list.replaceChildren(notice(error));
  }
}

function strongest(item) {
  const parts = (item.attribution?.evidence ?? []).filter((part) => Math.abs(part.part) > 1e-6);
  const events = parts.filter((part) => EVENTS.includes(part.kind)).toSorted(byWeight);
  const others = parts.filter((part) => !EVENTS.includes(part.kind));
  const rest = events.slice(MOST);
  if (!rest.length) return [...events, ...others].toSorted(byWeight);
  const sum = rest.reduce((total, part) => total + part.part, 0);
  const count = rest.reduce((total, part) => total + (part.events ?? 1), 0);
  return [...[...events.slice(0, MOST), ...others].toSorted(byWeight), { kind: "other_events", part: sum, events: count }];
}

const byWeight = (one, other) => Math.abs(other.part) - Math.abs(one.part);

function bars(parts, item, now) {
  const most = Math.max(...parts.map((part) => Math.abs(part.part)));
  const share = (part) => item.score > 0 ? percent(part.part / item.score) : part.part.toFixed(2);
  return h("ul", { class: "evidence" }, parts.map((part) => h("li", { class: part.part < 0 ? "against" : part.kind === "event" ? null : "rest" },
    h("div", { class: "row spread" }, h("span", {}, saidOf(part, now)), h("strong", {}, share(part))),
    h("span", { class: "bar", vars: { "--share": Math.abs(part.part) / most } }, h("span")))));
}

function saidOf(part, now) {
  if (part.kind === "event") return `You ${VERBS[part.event] ?? part.event} ${part.title ?? part.item_id}, ${span(part.occurred_at, now)} ago`;
  if (part.kind === "other_events") return `${part.events} further thing${part.events === 1 ? "" : "s"} that you did`;
  return KINDS[part.kind] ?? part.kind;
}

function rule(item) {
  const put = { pinned: "An editor put it at this place.", boosted: "It is put forward by the operator." }[item.promotion];
  const explored = item.exploration
    ? "Its place is kept for something outside your interests, so that the list does not narrow: that is one of the promises below the title." : null;
  return [put, SOURCES[item.source] ?? `It came from "${item.source}".`, explored, item.promotion || item.exploration ? null
    : "Its score and the promises of variety gave it this place."].filter(Boolean).join(" ");
}

/** Scores are sums over events, so that taking one out is a subtraction, for every item of the list alike. */
function without(item, slate) {
  const [first] = strongest(item).filter((part) => part.kind === "event" && part.part > 0);
  if (!first || slate.items.length < 2) return null;
  const same = (part) => part.kind === "event" && part.item_id === first.item_id && part.event === first.event
    && part.occurred_at === first.occurred_at;
  const less = (each) => each.score - (each.attribution?.evidence ?? []).filter(same).reduce((sum, part) => sum + part.part, 0);
  const place = (score) => 1 + slate.items.filter((each) => each.item_id !== item.item_id && score(each) > score(item)).length;
  const [now, then] = [place((each) => each.score), place(less)];
  const count = slate.items.length;
  const said = now === then ? `It would still be number ${then} of these ${count} by score.`
    : `It would be number ${then} of these ${count} by score, and is number ${now} with it.`;
  return h("section", { class: "stack tight" },
    h("h3", {}, `Without "${VERBS[first.event] ?? first.event} ${first.title ?? first.item_id}"`), h("p", {}, said));
}

function terms(item) {
  if (!item.terms) return null;
  const rows = Object.entries(item.terms).filter(([, value]) => Math.abs(value) > 1e-6).toSorted(([, one], [, other]) => other - one)
    .map(([name, value]) => h("tr", {}, h("th", { scope: "row" }, TERMS[name] ?? name), h("td", { class: "number" }, value.toFixed(3))));
  return h("details", {}, h("summary", {}, "The score, term by term"),
    h("table", { class: "table" }, h("tbody", {}, rows, h("tr", {}, h("th", { scope: "row" }, "Score"),
      h("td", { class: "number" }, item.score.toFixed(3))))));
}
