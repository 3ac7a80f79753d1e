// For you: one person's slate.

import { call } from "./call.js";
import { fresh, h, notice } from "./dom.js";
import { choose, chosen, linkPages, session } from "./session.js";

const LIMIT = 12;
const FIELDS = "text,tags,format,published_at,url,provider";
const place = document.getElementById("place");

async function show() {
  linkPages();
  const userId = chosen(who);
  if (!userId) return place.replaceChildren(door());
  const slate = await call("GET", "/recommend", { query: { user_id: userId, limit: LIMIT, fields: FIELDS } });
  const cards = slate.items.map((item) => h("li", { class: "card pad stack" },
    h("h2", {}, item.title), h("p", {}, item.label),
    h("ul", { class: "row" }, (item.tags ?? []).slice(0, 3).map((tag) => h("li", { class: "chip" }, tag)))));
  place.replaceChildren(h("div", { class: "head" }, h("h1", {}, "For you")), h("ol", { class: "cards" }, cards));
}

function door() {
  const id = fresh("person");
  const input = h("input", { type: "text", id, required: true, autocomplete: "off" });
  const form = h("form", { class: "card pad stack" }, h("h1", {}, "Who is here?"),
    h("label", { class: "field", for: id }, "Your id", input),
    h("div", {}, h("button", { class: "button" }, "Show my page")));
  form.addEventListener("submit", (event) => { event.preventDefault(); choose(input.value.trim()); });
  return form;
}

const who = await session(place);
const safely = () => show().catch((error) => place.replaceChildren(notice(error)));
window.addEventListener("hashchange", safely);
await safely();
