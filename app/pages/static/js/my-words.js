// What a person told of themselves: each word can be taken back, and others added.

import { call, ofPerson } from "./call.js";
import { fresh, h, icon } from "./dom.js";

const LISTS = [
  ["goals", ["goals"], "What you are after", "learn to cook"],
  ["preferences.tags", ["preferences", "tags"], "Tags you like", "a tag"],
  ["preferences.formats", ["preferences", "formats"], "Formats you like", "a format"],
  ["preferences.languages", ["preferences", "languages"], "Languages you read", "en"],
  ["preferences.providers", ["preferences", "providers"], "Providers you like", "a provider"],
  ["muted.tags", ["muted", "tags"], "Tags you never want to see", "a tag"],
  ["muted.providers", ["muted", "providers"], "Providers you never want to see", "a provider"],
];

/** The section; what the charter does not declare is not asked for. */
export function words(about) {
  const declared = about.transparency.charter.profile ?? {};
  const { explicit, warnings } = about.profile;
  const shown = LISTS.filter(([name]) => name in declared || "*" in declared);
  const rest = Object.entries({ "Your role": explicit.role, "Your time zone": explicit.time_zone, ...explicit.attributes })
    .filter(([, value]) => value !== null && value !== undefined);
  return h("section", { class: "card pad stack" }, h("h2", {}, "What you told us"),
    shown.map(([name, path, title, example]) => list(about, path, title, example, declared[name]?.why)),
    rest.length ? h("dl", { class: "known pairs" }, rest.map(([name, value]) => h("div", {}, h("dt", {}, name.replaceAll("_", " ")), h("dd", {}, String(value))))) : null,
    warnings.length ? h("div", { class: "notice" }, h("strong", {}, "Without effect so far"), h("ul", {}, warnings.map((each) =>
      h("li", {}, `${each.value}: ${each.message}`, each.did_you_mean ? ` Did you mean ${each.did_you_mean}?` : "")))) : null);
}

function list(about, path, title, example, why) {
  const held = path.reduce((value, name) => value?.[name], about.profile.explicit) ?? [];
  const put = (values) => call("PATCH", ofPerson(about.userId, "/profile"), { body: nested(path, values.length ? values : null) });
  const chips = held.map((word) => h("li", { class: "chip" }, word,
    h("button", { type: "button", class: "round tiny", "aria-label": `Take back: ${word}`, onclick: () =>
      about.change(() => put(held.filter((each) => each !== word)), `Taken back: ${word}`, () => put(held)) }, icon("dismiss"))));
  const id = fresh("word");
  const form = h("form", { class: "add" }, h("input", { type: "text", id, name: "word", "aria-label": `Add to: ${title}`, placeholder: example, required: true,
    maxlength: 200, autocomplete: "off", "data-key": path.join(".") }), h("button", { class: "round", "aria-label": `Add to: ${title}` }, icon("more")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const word = new FormData(form).get("word").trim();
    if (word) about.change(() => put([...held, word]), `Noted: ${word}`, () => put(held));
  });
  return h("div", { class: "told" }, h("h3", { title: why }, title), h("ul", { class: "row" }, chips), form);
}

function nested(path, value) {
  return path.toReversed().reduce((inner, name) => ({ [name]: inner }), value);
}
