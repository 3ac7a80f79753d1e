// My profile: what is held of a person, why, and all that they can do about it.

import { call, ofPerson } from "./call.js";
import { fresh, h, icon, notice, span, toast } from "./dom.js";
import { charter, sensitive } from "./my-charter.js";
import { data, history } from "./my-data.js";
import { evidence } from "./my-evidence.js";
import { habits } from "./my-habits.js";
import { interests } from "./my-interests.js";
import { words } from "./my-words.js";
import { choose, chosen, linkPages, session } from "./session.js";

const place = document.getElementById("place");

/** What every section is given: who looks, at whom, what is held, what is declared, and how to change something. */
let about = null;

async function start() {
  linkPages();
  const userId = chosen(who);
  if (!userId) return place.replaceChildren(door());
  const [transparency, topics] = await Promise.all([call("GET", "/transparency"), call("GET", "/topics", { query: { limit: 200 } })]);
  about = { who, userId, transparency, topics: topics.topics, change, reload };
  await reload();
}

/** All of it anew; who was at a control stays there. */
async function reload() {
  const { userId } = about;
  const [profile, controls] = await Promise.all([call("GET", ofPerson(userId, "/profile")), call("GET", ofPerson(userId, "/controls"))]);
  Object.assign(about, { profile, actions: controls.actions });
  const key = document.activeElement?.dataset?.key;
  const opened = new Set([...place.querySelectorAll("details[open][data-key]")].map((each) => each.dataset.key));
  place.replaceChildren(head(), h("div", { class: "sections" },
    ...[interests(about), column(evidence, habits, charter), column(words, sensitive), data(about), history(about)]));
  for (const each of place.querySelectorAll("details[data-key]")) each.open = opened.has(each.dataset.key);
  if (key) place.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
}

const column = (...sections) => h("div", { class: "column" }, sections.map((each) => each(about)).filter(Boolean));

/** Do something, show what came of it, and tell of it, with a way back if there is one. */
async function change(work, said, undo = null) {
  place.setAttribute("aria-busy", "true");
  try {
    await work();
    await reload();
    if (said) toast(said, undo ? () => change(undo, "Taken back.") : null);
    return true;
  } catch (error) {
    place.querySelector(".notice.bad.above")?.remove();
    const told = notice(error);
    told.classList.add("above");
    place.prepend(told);
    window.scrollTo({ top: 0 });
    return false;
  } finally {
    place.removeAttribute("aria-busy");
  }
}

function head() {
  const { userId, profile } = about;
  const other = who.kind === "user" ? null
    : h("button", { type: "button", class: "button quiet", onclick: () => choose(null) }, "Somebody else");
  return h("div", {},
    h("div", { class: "head" },
      h("div", {}, h("h1", {}, "My profile"),
        h("p", { class: "lead" }, "Everything that is held of you, why it is used, and what you can do about it. What you change counts at once.")),
      h("div", { class: "row" }, h("span", { class: "chip" }, icon("person"), userId), other)),
    h("div", { class: "top-row" }, toggle(), facts(profile)));
}

function toggle() {
  const { profile, userId } = about;
  const on = profile.personalization;
  const id = fresh("switch");
  const turn = (enabled) => call("PUT", ofPerson(userId, "/personalization"), { body: { enabled } });
  const box = h("button", { type: "button", role: "switch", "aria-checked": String(on), class: "switch", "aria-labelledby": id, "data-key": "switch",
    onclick: () => change(() => turn(!on), on ? "Personalization is off. Nothing is learned of you." : "Personalization is on.", () => turn(on)) });
  return h("section", { class: `card pad power${on ? "" : " off"}` },
    h("div", { class: "row spread nowrap" }, h("h2", { id }, "Personalization"), box),
    h("p", { class: "soft" }, on ? "On: your lists follow what you do and what you say."
      : "Off: your lists are popular and new things, the same as for anybody, and nothing is learned of you. What was known is kept, without effect, until you forget it below."));
}

function facts(profile) {
  const { signals, freshness, implicit } = profile;
  const counted = signals.positive + signals.negative + signals.neutral;
  const latest = freshness.newest_event ? since(freshness) : "never";
  const told = [[counted, "things you did that count"], [implicit.topics.length, "interests found"], [latest, "you did something last"],
    [`${freshness.half_life_positive_days} days`, "until a liking counts half"]];
  return h("dl", { class: "facts card" }, told.map(([value, name]) => h("div", {}, h("dt", {}, name), h("dd", {}, String(value)))));
}

function since({ newest_event: newest, as_of: now }) {
  const passed = span(newest, now);
  return passed === "a moment" ? "just now" : `${passed} ago`;
}

function door() {
  const id = fresh("person");
  const form = h("form", { class: "card pad stack sign-in" }, h("h1", {}, "My profile"),
    h("p", { class: "lead" }, "Whose profile is it to be?"),
    h("label", { class: "field", for: id }, "Id", h("input", { type: "text", id, name: "id", required: true, maxlength: 256, autocomplete: "off" })),
    h("div", {}, h("button", { class: "button" }, "Show")));
  form.addEventListener("submit", (event) => { event.preventDefault(); choose(new FormData(form).get("id").trim()); });
  return form;
}

const who = await session(place);
const safely = () => start().catch((error) => place.replaceChildren(h("h1", {}, "My profile"), notice(error)));
window.addEventListener("hashchange", safely);
await safely();
