// A person's data as a whole: take it along, forget what was learned, erase everything; and what was decided so far.

import { call, ofPerson, send } from "./call.js";
import { confirmed, dialog, fresh, h, icon, notice } from "./dom.js";

const WORDS = {
  profile_edited: "What you told was edited", reset: "What was learned was forgotten", reset_undone: "A reset was taken back",
  personalization_on: "Personalization was switched on", personalization_off: "Personalization was switched off",
  personalization_stays: "Personalization stayed as it was", event_ignored: "Something that you did was deleted: it was not you",
  merged: "Another id of yours was merged into this one", exported: "Your data was taken along",
};

/** The section. */
export function data(about) {
  const { who, userId, actions } = about;
  const may = (power) => who.kind !== "user" || who.may.includes(power);
  const last = actions.findLast((each) => ["reset", "reset_undone"].includes(each.action));
  const undo = () => call("POST", ofPerson(userId, "/undo-reset"));
  return h("section", { class: "card pad stack wide" }, h("h2", {}, "Your data"),
    last?.action === "reset" ? h("div", { class: "notice row spread" }, h("span", {}, `What was learned was forgotten on ${when(last.at)}.`),
      h("button", { type: "button", class: "button quiet small", "data-key": "undo", onclick: () => about.change(undo, "The reset is taken back.") }, icon("undo"), "Take it back")) : null,
    h("ul", { class: "deeds" },
      deed("Take it along", "Everything that is held of you, as a file that any program can read.", may("export"),
        h("div", { class: "row" }, h("button", { type: "button", class: "button quiet", onclick: () => download(about, "json") }, "JSON"),
          h("button", { type: "button", class: "button quiet", onclick: () => download(about, "zip") }, "Zip"))),
      deed("Forget what was learned", "Your lists start anew. What you told stays. For a while you can take it back.", true,
        h("button", { type: "button", class: "button quiet", "data-key": "reset", onclick: () => reset(about) }, "Forget…")),
      deed("Erase everything", "No byte of you stays, here or in any file. This cannot be taken back.", may("erase"),
        h("button", { type: "button", class: "button danger", "data-key": "erase", onclick: () => erase(about) }, "Erase…"))));
}

function deed(title, text, allowed, control) {
  return h("li", {}, h("div", {}, h("h3", {}, title), h("p", { class: "soft" }, text)),
    allowed ? control : h("p", { class: "soft small" }, "Your sign-in does not allow this: ask whoever runs this service."));
}

/** What was decided about a person's data, the latest first. */
export function history({ actions }) {
  return h("section", { class: "card pad stack wide" }, h("h2", {}, "What was decided"),
    actions.length ? h("ol", { class: "decisions" }, actions.toReversed().slice(0, 50).map((each) =>
      h("li", {}, h("time", { class: "soft small", datetime: each.at }, when(each.at)), h("span", {}, WORDS[each.action] ?? each.action.replaceAll("_", " "),
        h("small", { class: "soft" }, said(each.detail)))))) : h("p", { class: "empty" }, "Nothing yet."));
}

function said(detail) {
  const parts = [];
  if (detail.wish) parts.push(`${detail.topic}: ${detail.wish}`);
  else if (detail.topic) parts.push(detail.topic);
  else if (detail.fields) parts.push(detail.fields.join(", ").replaceAll("_", " "));
  if (detail.keep_seen) parts.push("seen things stay away");
  return parts.length ? ` (${parts.join("; ")})` : "";
}

const when = (moment) => new Date(moment).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" }) + " UTC";

function reset(about) {
  const id = fresh("keep");
  const keep = h("input", { type: "checkbox", id, checked: true });
  const go = h("button", { type: "button", class: "button danger" }, "Forget what was learned");
  const opened = dialog("Forget what was learned", [
    h("p", {}, "Your interests, habits and what you spoke against are gone; your lists are those of somebody who never came."),
    h("label", { class: "row nowrap", for: id }, keep, "Keep away what I have seen"), h("div", {}, go)]);
  go.addEventListener("click", () => {
    opened.close();
    const path = ofPerson(about.userId, "/reset-embedding");
    about.change(() => call("POST", path, { body: { keep_seen: keep.checked } }), "What was learned is forgotten.",
      () => call("POST", ofPerson(about.userId, "/undo-reset")));
  });
}

async function erase(about) {
  const sure = await confirmed("Erase everything", "What you did, what you told and what was decided is deleted from every file, now. Nobody can take this back.", "Erase everything");
  if (!sure) return;
  const main = document.getElementById("place");
  try {
    const receipt = await call("DELETE", ofPerson(about.userId));
    main.replaceChildren(erased(receipt));
    main.querySelector("h1").focus();
  } catch (error) {
    main.prepend(notice(error));
  }
}

function erased(receipt) {
  const counts = Object.entries(receipt.deleted).filter(([, count]) => count);
  return h("section", { class: "card pad stack sign-in" }, h("h1", { tabindex: "-1" }, "You are erased"),
    h("p", { class: "lead" }, "This is the receipt. It is kept nowhere."),
    counts.length ? h("table", { class: "table" }, h("tbody", {}, counts.map(([store, count]) =>
      h("tr", {}, h("th", { scope: "row" }, store.replaceAll("_", " ")), h("td", { class: "number" }, String(count)))))) : h("p", {}, "Nothing was held of you."),
    h("p", { class: "soft" }, receipt.aggregates.statement),
    h("p", { class: "soft" }, receipt.items.statement),
    h("p", { class: "soft small" }, `What arrives late of you is refused until ${when(receipt.refused_until)}.`));
}

async function download(about, format) {
  try {
    const answer = await send("GET", ofPerson(about.userId, "/export"), { query: { format } });
    const link = h("a", { href: URL.createObjectURL(await answer.blob()), download: `my-data.${format}` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  } catch (error) {
    document.getElementById("place").prepend(notice(error));
  }
}
