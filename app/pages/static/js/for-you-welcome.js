// Who is here: somebody known by their id, or somebody new, who may say what they are after.

import { call, ofPerson } from "./call.js";
import { fresh, h, notice } from "./dom.js";

const TAGS = 24;
const TOPICS = 16;

/** A form for a newcomer; of a person whose token is shown `userId`, else null: an id is made up or told. */
export async function welcome(userId, go) {
  const [tags, topics, told] = await Promise.all([call("GET", "/tags", { query: { limit: TAGS } }),
    call("GET", "/topics", { query: { limit: TOPICS } }), call("GET", "/transparency")]);
  const asked = (field) => field in (told.charter.profile ?? {}) || "*" in (told.charter.profile ?? {});
  const greeting = h("div", { class: "hello" }, h("h1", {}, "What would you like to see?"),
    h("p", { class: "lead" }, "Say what you are after, or nothing at all. Every item will tell you why it is there, and what you say counts at once."));
  const forms = [newcomer(userId, { goals: asked("goals"), tags: asked("preferences.tags") ? tags.tags : [], topics: asked("preferences.topics") ? topics.topics : [] }, go)];
  if (!userId) forms.push(known(go));
  return h("div", { class: "door" }, greeting, h("div", { class: "forms" }, forms));
}

/** `may` tells what the charter lets a person state. */
function newcomer(userId, may, go) {
  const [goals, said] = [fresh("goals"), h("div")];
  const form = h("form", { class: "card pad stack" },
    h("h2", {}, "I am new"),
    may.goals && h("label", { class: "field", for: goals }, "What are you after?", h("small", {}, "In your own words, one thing a line"),
      h("textarea", { id: goals, name: "goals", maxlength: 2000, rows: 3 })),
    choices("What do you like?", "tag", may.tags.map((each) => [each.tag, each.tag])),
    may.topics.length ? h("details", {}, h("summary", {}, "Or by topic, as the catalogue falls into groups"),
      choices("More of these topics", "topic", may.topics.map((each) => [each.topic, each.name]))) : null,
    said, h("div", { class: "row go" }, h("button", { class: "button" }, "Show me my page")));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const id = userId ?? fresh("guest");
      await state(id, new FormData(form));
      await go(id);
    } catch (error) {
      said.replaceChildren(notice(error));
    }
  });
  return form;
}

function choices(legend, name, pairs) {
  if (!pairs.length) return null;
  return h("fieldset", { class: "stack tight" }, h("legend", {}, legend),
    h("div", { class: "row" }, pairs.map(([value, shown]) =>
      h("label", { class: "chip" }, h("input", { type: "checkbox", name, value }), shown))));
}

async function state(userId, given) {
  const goals = (given.get("goals") ?? "").split("\n").map((line) => line.trim()).filter(Boolean);
  const [tags, topics] = [given.getAll("tag"), given.getAll("topic")];
  const preferences = { ...(tags.length ? { tags } : {}), ...(topics.length ? { topics } : {}) };
  const patch = { ...(goals.length ? { goals } : {}), ...(Object.keys(preferences).length ? { preferences } : {}) };
  if (Object.keys(patch).length) await call("PATCH", ofPerson(userId, "/profile"), { body: patch });
}

function known(go) {
  const id = fresh("person");
  const form = h("form", { class: "card pad stack" }, h("h2", {}, "I have been here"),
    h("label", { class: "field", for: id }, "Your id", h("input", { type: "text", id, name: "id", required: true, maxlength: 256, autocomplete: "off" })),
    h("div", {}, h("button", { class: "button quiet" }, "Open my page")));
  form.addEventListener("submit", (event) => { event.preventDefault(); go(new FormData(form).get("id").trim()); });
  return form;
}
