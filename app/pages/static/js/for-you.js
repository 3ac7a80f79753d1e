// For you: one person's slate, what they say to each item, and the slate that follows from it at once.

import { call, ofPerson } from "./call.js";
import { h, icon, notice, percent, say, toast } from "./dom.js";
import { card, done } from "./for-you-card.js";
import { receipt } from "./for-you-receipt.js";
import { welcome } from "./for-you-welcome.js";
import { similar, why } from "./for-you-why.js";
import { choose, chosen, linkPages, session } from "./session.js";
import { Steps } from "./steps.js";

const LIMIT = 12;
const FIELDS = "text,tags,format,published_at,url,provider";
const place = document.getElementById("place");

/** What is shown: the person, their slate so far, and what they did here. */
let shown = null;

async function start() {
  linkPages();
  const userId = chosen(who);
  if (!userId) {
    shown = null;
    return place.replaceChildren(await welcome(null, choose));
  }
  const [profile, slate, told] = await Promise.all(
    [call("GET", ofPerson(userId, "/profile")), recommended(userId), call("GET", "/transparency")]);
  if (!profile.known && who.kind === "user") return place.replaceChildren(await welcome(userId, start));
  shown = { userId, profile, slate, declared: told.charter.events ?? {}, steps: new Steps(userId), acted: null, grid: h("ol", { class: "cards" }) };
  render();
}

/** With `debug` every event behind every score is named, so that it can be told what would be without one of them. */
const recommended = (userId, more = {}) =>
  call("GET", "/recommend", { query: { user_id: userId, limit: LIMIT, fields: FIELDS, debug: true, ...more } });

function render(before = null) {
  const { slate, profile, grid, acted } = shown;
  const cards = slate.items.map((item) => card(item, {
    now: profile.freshness.as_of,
    fresh: before !== null && !before.has(item.item_id),
    say: (type) => type in shown.declared || "*" in shown.declared,
    act: (type) => act(item, type),
    why: () => why(item, shown.slate, shown.profile.freshness.as_of),
    similar: () => similar(item, shown.userId),
  }));
  if (acted) cards.splice(Math.min(acted.place, cards.length), 0, done(acted.step, () => undo(acted.step)));
  grid.replaceChildren(...cards);
  place.replaceChildren(...[head(), steps(), receipt(slate), grid, further()].filter(Boolean));
}

function head() {
  const { userId, profile, slate } = shown;
  const other = who.kind === "user" ? null
    : h("button", { type: "button", class: "button quiet", onclick: () => choose(null) }, "Somebody else");
  return h("div", { class: "head" },
    h("div", {}, h("h1", {}, "For you"), h("p", { class: "lead" }, summary(profile, slate))),
    h("div", { class: "row" }, h("span", { class: "chip", title: "Who is looked at" }, icon("person"), userId), other));
}

function summary(profile, slate) {
  if (!profile.personalization) return "Personalization is off: popular and new things, the same as for anybody.";
  if (!slate.personalized) return "Nothing is known of you yet: what is popular, new and varied. Say what you think of it.";
  const events = profile.signals.positive + profile.signals.negative;
  const [first] = profile.implicit.topics;
  const told = events ? `Follows ${events} thing${events === 1 ? "" : "s"} that you did` : "Follows what you said you like";
  return first?.name ? `${told}, most of all on ${first.name} (${percent(first.share)}).` : `${told}.`;
}

function steps() {
  const taken = shown.steps.list;
  if (!taken.length) return null;
  const chips = taken.map((step) => h("li", { class: "chip" }, `You ${step.said} ${step.title}`,
    h("button", { type: "button", class: "round tiny", "aria-label": `Undo: you ${step.said} ${step.title}`, onclick: () => undo(step) },
      icon("undo"))));
  return h("section", { class: "steps", "aria-label": "What you did here" }, h("h2", { class: "soft small" }, "What you did here"),
    h("ul", { class: "row" }, chips));
}

function further() {
  if (!shown.slate.next_cursor) return null;
  return h("div", { class: "further" }, h("button", { type: "button", class: "button quiet", onclick: () => guarded(more) }, "Show more"));
}

async function more() {
  const { slate, userId } = shown;
  const next = await recommended(userId, { cursor: slate.next_cursor });
  const place = slate.items.length + (shown.acted ? 1 : 0);
  const ranked = next.items.map((item) => ({ ...item, answer: next.recommendation_id }));
  shown.slate = { ...next, items: [...slate.items, ...ranked], receipt: slate.receipt, personalized: slate.personalized };
  render();
  shown.grid.children[place]?.querySelector("h2")?.focus();
  say(next.items.length ? `${next.items.length} more` : "That is all.");
}

async function act(item, type) {
  const { slate } = shown;
  await guarded(async () => {
    const step = await shown.steps.take(item, type, item.answer ?? slate.recommendation_id);
    if (step.ignored) return toast(step.ignored);
    shown.acted = { step, place: slate.items.findIndex((each) => each.item_id === item.item_id) };
    const changed = await follow();
    shown.grid.querySelector(".done button")?.focus();
    return toast(`You ${step.said} ${item.title}. ${changed}`, () => undo(step));
  });
}

async function undo(step) {
  await guarded(async () => {
    await shown.steps.undo(step);
    if (shown.acted?.step === step) shown.acted = null;
    const changed = await follow();
    document.getElementById("main").focus({ preventScroll: true });
    toast(`Taken back: you ${step.said} ${step.title}. ${changed}`);
  });
}

/** The slate anew; says how much of it is. */
async function follow() {
  const before = new Set(shown.slate.items.map((item) => item.item_id));
  const { userId } = shown;
  const [profile, slate] = await Promise.all([call("GET", ofPerson(userId, "/profile")), recommended(userId)]);
  Object.assign(shown, { profile, slate });
  render(before);
  const count = slate.items.filter((item) => !before.has(item.item_id)).length;
  return count ? `${count} of ${slate.items.length} are new.` : "The list is the same.";
}

async function guarded(work) {
  place.setAttribute("aria-busy", "true");
  try {
    await work();
  } catch (error) {
    place.prepend(notice(error));
    window.scrollTo({ top: 0 });
  } finally {
    place.removeAttribute("aria-busy");
  }
}

const who = await session(place);
const safely = () => start().catch((error) => place.replaceChildren(h("h1", {}, "For you"), notice(error)));
window.addEventListener("hashchange", safely);
await safely();
