// The catalogue: search by words and meaning, list by filter, and one item with what is near it.

import { call } from "./call.js";
import { h } from "./dom.js";
import { empty, facts, field, form, mark, moment, number, panel, put, table, to } from "./console-parts.js";

const FIELDS = "tags,format,language,provider,published_at";

export async function catalogue(place, query) {
  const [words, text] = field("Words or meaning", { type: "search", value: query.get("text") ?? "", autocomplete: "off" });
  const [which, filter] = field("Filter", { value: query.get("filter") ?? "", autocomplete: "off", spellcheck: "false",
    placeholder: 'topic = "rust" and format = "video"' });
  const asked = form({ "aria-label": "Search the catalogue" }, [words, which], "Search", async (out) => {
    const given = Object.fromEntries([["text", text.value.trim()], ["filter", filter.value.trim()]].filter(([, value]) => value));
    history.replaceState(null, "", `#/catalogue?${new URLSearchParams(given)}`);
    await (given.text ? search(out, given) : list(out, given));
  });
  put(place, panel("Search", asked.element), asked.out);
  if (query.get("item")) await one(asked.out, query.get("item"));
  else await asked.send();
}

async function search(out, given) {
  const told = await call("GET", "/similar", { query: { ...given, limit: 50, fields: FIELDS } });
  put(out, panel(`Found for “${given.text}”`, told.items.length ? table("Items found", [...columns(),
    { title: "Match", value: (row) => row.match ?? "", show: (row) => mark(row.match ?? "nearest") },
    { title: "Likeness", value: (row) => row.likeness, show: (row) => row.likeness.toFixed(3), number: true },
  ], told.items) : empty("Nothing is near.", told.reason ?? "Try other words.")),
  told.withheld.length ? h("p", { class: "soft small" }, `Withheld: ${told.withheld.map((each) => `${each.filter} ${each.count}`).join(", ")}.`) : "");
}

async function list(out, given) {
  let items = [];
  let cursor = null;
  const shown = h("div");
  const more = h("button", { type: "button", class: "button quiet small", onclick: () => next() }, "Load more");
  const next = async () => {
    const told = await call("GET", "/items", { query: { ...given, limit: 100, fields: FIELDS, ...cursor ? { cursor } : {} } });
    items = [...items, ...told.items];
    cursor = told.next_cursor ?? null;
    more.hidden = cursor === null;
    put(shown, items.length ? table(`${number(told.count)} items`, columns(), items, { most: items.length })
      : empty(given.filter ? "No item is as the filter asks." : "The catalogue is empty.",
        given.filter ? "Change the filter; docs/guides/filters.md says what it can say." : "Send items: POST /items, or penchant import."));
    return told.count;
  };
  const count = await next();
  put(out, panel(`${number(count)} items${given.filter ? " as the filter asks" : ""}`, shown, more));
}

const columns = () => [
  { title: "Item", value: (row) => row.title, show: (row) => to("catalogue", { item: row.item_id }, row.title || row.item_id) },
  { title: "Id", value: (row) => row.item_id, show: (row) => h("code", {}, row.item_id) },
  { title: "Tags", value: (row) => (row.tags ?? []).join(", ") },
  { title: "Format", value: (row) => row.format ?? "" },
  { title: "Language", value: (row) => row.language ?? "" },
  { title: "Provider", value: (row) => row.provider ?? "" },
  { title: "Published", value: (row) => row.published_at ?? null, show: (row) => moment(row.published_at) },
];

async function one(out, itemId) {
  const path = `/items/${encodeURIComponent(itemId)}`;
  const [item, near] = await Promise.all([call("GET", path), call("GET", "/similar", { query: { item_id: itemId, limit: 10, fields: FIELDS } })]);
  const { sensitivity, title, text, ...rest } = item;
  put(out, 
    panel(title || itemId, facts([...Object.entries(rest).map(([name, value]) => [name.replaceAll("_", " "),
      Array.isArray(value) ? value.join(", ") || "none" : typeof value === "object" ? h("code", {}, JSON.stringify(value))
        : name.endsWith("_at") ? moment(value) : String(value)]),
    ["sensitive topics", sensitivity?.topics?.length ? h("code", {}, JSON.stringify(sensitivity.topics)) : "none"],
    ["withheld from everybody", sensitivity?.withheld ? mark("yes", "bad") : "no"]]),
    text ? h("details", {}, h("summary", {}, "Text"), h("p", { class: "text" }, text)) : null),
    panel("Near it", near.items.length ? table("Near it", [...columns(),
      { title: "Likeness", value: (row) => row.likeness, show: (row) => row.likeness.toFixed(3), number: true },
      { title: "Label", value: (row) => row.label }], near.items) : empty("Nothing is near.", near.reason ?? "")));
}
