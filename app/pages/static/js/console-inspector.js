// One request, stage by stage, as in force and by other settings side by side.

import { call } from "./call.js";
import { h } from "./dom.js";
import { empty, facts, field, form, mark, number, panel, put, table, to } from "./console-parts.js";
import { differences, settingsForm } from "./console-settings.js";

export async function inspector(place, query) {
  const { policies, in_force: inForce } = await call("GET", "/admin/policies");
  const current = policies.find((each) => each.policy_id === inForce);
  const [who, person] = field("Person", { required: true, value: query.get("user") ?? "", autocomplete: "off", spellcheck: "false" });
  const [many, limit] = field("Items", { type: "number", min: 1, max: 100, value: query.get("limit") ?? 10 });
  const [where, scenario] = field("Scenario", { value: query.get("scenario") ?? "", autocomplete: "off" });
  const [which, filter] = field("Filter", { value: query.get("filter") ?? "", autocomplete: "off", spellcheck: "false",
    placeholder: 'format = "video"' });
  const settings = settingsForm(current.settings);
  const [beside, other] = field("Beside it", { options: [["", "the settings below"], ...policies.filter((each) => !each.in_force)
    .map((each) => [each.policy_id, `policy ${each.policy_id}: ${each.why.slice(0, 60)}`])] });
  const compare = h("details", { class: "compare" }, h("summary", {}, "Side by side with other settings"), beside, settings.element);
  other.addEventListener("change", () => settings.set(policies.find((each) => each.policy_id === other.value)?.settings ?? {}));
  const asked = form({ "aria-label": "Inspect a slate" }, [who, many, where, which], "Inspect", async (out) => {
    const overrides = settings.overrides();
    const body = { user_id: person.value.trim(), limit: Number(limit.value),
      scenario: scenario.value.trim() || null, filter: filter.value.trim() || null };
    const alternatives = compare.open && Object.keys(overrides).length ? [overrides] : [];
    const told = await call("POST", "/admin/inspections", { body: { ...body, alternatives } });
    history.replaceState(null, "", `#/inspector?${new URLSearchParams({ user: body.user_id, limit: body.limit })}`);
    show(out, told);
  });
  asked.out.append(empty("Name a person to see how their slate is made.",
    "Nobody need be known by that id: a new person gets what newcomers get. Nothing that is looked at here is logged as served."));
  put(place, panel("Request", asked.element, compare), asked.out);
  if (person.value) await asked.send();
}

function show(out, told) {
  const [now, ...others] = told.slates;
  const titles = ["As in force", "By the other settings"];
  put(out, h("div", { class: others.length ? "sides two" : "sides" },
    told.slates.map((each, at) => side(each, titles[at], { before: at ? now : null, inForce: told.policy }))));
}

function side(told, title, { before, inForce }) {
  const { slate } = told;
  const about = [panel("Stages", stages(slate.trace)),
    panel("Held back, by which rule", h("h3", {}, "Dropped from the candidates"),
      told.dropped.length ? told.dropped.map((each) => heldBack(each, "dropped")) : h("p", { class: "soft small" }, "No filter dropped one."),
      h("h3", {}, "Not looked for"),
      told.passed_over.length ? told.passed_over.map((each) => heldBack(each, "would drop"))
        : h("p", { class: "soft small" }, "Nothing: the person has seen, dismissed, muted and excluded nothing."))];
  const made = [panel("Slate", slate.items.length ? items(told, before) : empty("The slate is empty.", "See below what was withheld.")),
    panel("Receipt", receipt(slate.receipt)),
    panel("Withheld of all that was near", slate.withheld.length ? withheld(slate.withheld) : empty("Nothing was withheld.")),
    panel("What came next", told.next.length ? h("ol", { class: "next columns", start: slate.items.length + 1 },
      told.next.map((each) => h("li", {}, to("catalogue", { item: each.item_id }, each.title || each.item_id)))) : empty("Nothing else was eligible."))];
  return h("div", { class: "side" },
    h("div", { class: "side-head" }, h("h2", {}, title), h("p", { class: "soft small" }, "Policy ", h("code", {}, slate.policy), ", snapshot ",
      h("code", {}, slate.snapshot), ". ", slate.personalized ? "Personalised." : "Nothing is known that it could follow.",
      !before && slate.policy !== inForce ? " An experiment answers them by this policy, and not by the one in force." : null),
      differences(told.changes)),
    h("div", { class: "stack" }, about), h("div", { class: "stack" }, made));
}

const withheld = (rows) => table("Withheld", [
  { title: "Filter", value: (row) => row.filter },
  { title: "Items", value: (row) => row.count, show: (row) => number(row.count), number: true },
  { title: "Of which", value: (row) => Object.entries(row.detail ?? {}).map(([name, count]) => `${name} ${count}`).join(", ") },
], rows);

/** The trace as it is: a bar for what each stage left, beside the same numbers. */
function stages(trace) {
  const most = Math.max(1, ...trace.map((each) => Math.max(each.n_in, each.n_out)));
  const total = trace.reduce((sum, each) => sum + each.ms, 0);
  return h("div", {}, table("What every stage did", [
    { title: "Stage", value: (row) => row.stage, plain: true },
    { title: "In", value: (row) => row.n_in, number: true, plain: true },
    { title: "Out", value: (row) => row.n_out, number: true, plain: true },
    { title: "Change", value: (row) => row.n_out - row.n_in, number: true, plain: true,
      show: (row) => row.n_out === row.n_in ? "" : row.n_out < row.n_in ? `−${row.n_in - row.n_out}` : `+${row.n_out - row.n_in}` },
    { title: "ms", value: (row) => row.ms, show: (row) => row.ms.toFixed(2), number: true, plain: true },
    { title: "", value: () => "", plain: true, show: (row) => h("span", { class: "bar", "aria-hidden": "true" },
      h("span", { class: kind(row), vars: { "--share": row.n_out / most } })) },
  ], trace, { quiet: (row) => row.n_in === row.n_out }), h("p", { class: "soft small" }, `${total.toFixed(2)} ms in all. Filters run in one pass and share its time.`));
}

/** Sources bring, filters drop, and what is behind them orders; the trace has them in this order. */
const STEPS = new Set(["backfill", "scorer", "reranker", "explainer"]);
const kind = (row) => STEPS.has(row.stage) ? "step" : row.n_in === 0 && row.n_out >= 0 && !FILTERS.has(row.stage) ? "source" : "filter";
const FILTERS = new Set(["filter", "seen", "own", "dismissed", "muted", "rested", "excluded", "hidden", "expired", "language", "sensitive", "copies"]);

function heldBack({ filter, count, items: some }, verb) {
  return h("details", {}, h("summary", {}, h("strong", {}, filter), ` ${verb} ${number(count)}`),
    h("ul", { class: "next" }, some.map((each) => h("li", {}, to("catalogue", { item: each.item_id }, each.title || each.item_id))),
      count > some.length ? h("li", { class: "soft" }, `and ${number(count - some.length)} more`) : null));
}

function items({ slate, topics }, before) {
  const ranks = before && new Map(before.slate.items.map((each) => [each.item_id, each.rank]));
  return table("The slate", [
    { title: "#", value: (row) => row.rank, number: true },
    ...ranks ? [{ title: "Was", value: (row) => ranks.get(row.item_id) ?? null,
      show: (row) => ranks.has(row.item_id) ? moved(ranks.get(row.item_id) - row.rank, ranks.get(row.item_id)) : mark("new", "good") }] : [],
    { title: "Item", value: (row) => row.title, show: (row) => [to("catalogue", { item: row.item_id }, row.title || row.item_id),
      row.exploration ? mark("exploration") : null, row.promotion ? mark(row.promotion) : null] },
    { title: "Score", value: (row) => row.score, show: (row) => row.score.toFixed(4), number: true },
    { title: "Source", value: (row) => row.source },
    { title: "Topic", value: (row) => topics[row.rank - 1] },
    { title: "Label", value: (row) => row.label, wide: true },
    { title: "Terms", value: () => "", plain: true, show: (row) => terms(row) },
  ], slate.items);
}

const moved = (by, from) => by === 0 ? `${from}` : h("span", { class: by > 0 ? "rose" : "fell" }, `${from} ${by > 0 ? "▲" : "▼"}${Math.abs(by)}`);

function terms(row) {
  return h("details", {}, h("summary", { "aria-label": `Terms of the score of ${row.title || row.item_id}` }, "terms"),
    facts(Object.entries(row.terms ?? {}).map(([name, value]) => [name, value.toFixed(4)])));
}

function receipt(floors) {
  const capped = new Set(["topic_cap", "provider_cap"]);
  const kept = (row) => capped.has(row.floor) ? row.achieved <= row.required : row.achieved >= row.required;
  return table("Floors and caps", [
    { title: "Floor", value: (row) => row.floor.replace("_", " ") },
    { title: "Required", value: (row) => row.required, number: true, show: (row) => capped.has(row.floor) ? `≤ ${row.required}` : `≥ ${row.required}` },
    { title: "Achieved", value: (row) => row.achieved, number: true },
    { title: "Over", value: (row) => row.window ?? 0, show: (row) => row.window ? `${row.window} slots` : "this slate" },
    { title: "Kept", value: (row) => kept(row), show: (row) => kept(row) ? [mark("kept", "good"), row.reason ? ` ${row.reason}` : null] : [mark("not kept", "bad"), ` ${row.reason}`] },
  ], floors);
}
