// Weights and floors, tried on a sample of people before they are saved as a policy.

import { call } from "./call.js";
import { h, toast } from "./dom.js";
import { plot } from "./plot.js";
import { action, empty, facts, field, form, mark, number, panel, put, share, signed, table, to } from "./console-parts.js";
import { differences, settingsForm } from "./console-settings.js";

/** A difference of shares. */
const points = (value) => `${(100 * value).toFixed(1)} pp`;
/** By name: title, how a value is shown, and how a difference is. */
const MEASURES = {
  topics: ["Topics of a slate", number, number], exploration: ["Share that is exploration", share, points],
  recency: ["Share that is recent", share, points], diversity: ["Mean distance of its items", number, number],
  popularity: ["Popularity of its items", number, number], held_out_recall: ["Found of what people took up last", share, points],
};

export async function trial(place) {
  const { policies, in_force: inForce } = await call("GET", "/admin/policies");
  const settings = settingsForm(policies.find((each) => each.policy_id === inForce).settings);
  const [many, people] = field("People", { type: "number", min: 1, max: 500, value: 100 });
  const [long, limit] = field("Items of a slate", { type: "number", min: 1, max: 100, value: 20 });
  const [where, scenario] = field("Scenario", { autocomplete: "off" });
  const [draw, seed] = field("Draw", { type: "number", min: 0, value: 0 }, "another number, other people");
  const asked = form({ "aria-label": "Try settings" }, [settings.element, h("div", { class: "ask inner" }, many, long, where, draw,
    h("button", { type: "button", class: "button quiet", onclick: settings.reset }, "As in force"))], "Try on a sample", async (out) => {
    const overrides = settings.overrides();
    if (!Object.keys(overrides).length) {
      put(out, empty("Nothing differs from what is in force.", "Move a slider above, then try again."));
      return;
    }
    put(out, h("progress", { "aria-label": `Making the slates of ${people.value} people` }));
    const body = { overrides, people: Number(people.value), limit: Number(limit.value), seed: Number(seed.value),
      scenario: scenario.value.trim() || null };
    const told = await call("POST", "/admin/trials", { body });
    put(out, await effect(told), save(overrides, told));
  });
  asked.out.append(empty("Nothing was tried yet.",
    "Slates of people drawn by chance are made by both settings and compared. They are served to nobody and logged nowhere."));
  put(place, panel("Settings", asked.element), asked.out);
}

async function effect(told) {
  if (!told.people) return [empty("Nobody could be drawn.", "A sample needs people who did something and have personalisation on: send events first.")];
  const changed = told.slates_changed / told.people;
  return [
    panel("Effect", differences(told.changes), facts([
      ["Slates that change", `${number(told.slates_changed)} of ${number(told.people)} (${share(changed, 0)})`],
      ["Items of a slate that stay", share(told.items_kept)],
      ["Different items shown", told.items_shown.map((each) => number(each)).join(" → ")],
      ["Promises not kept", told.promises_missed.map((each) => number(each)).join(" → ")],
    ]), measures(told)),
    told.topics.length ? panel("Topics that gain or lose", await plot({ kind: "bar", title: "Slots by topic in all slates together",
      labels: told.topics.map((each) => short(each.name || each.topic)), width: 1200, height: 270,
      series: [{ name: "In force", values: told.topics.map((each) => each.before) }, { name: "Tried", values: told.topics.map((each) => each.after) }] },
    { caption: null })) : null,
    told.most_changed.length ? panel("Whose slates change most", table("People", [
      { title: "Person", value: (row) => row.user_id, show: (row) => to("inspector", { user: row.user_id, limit: told.limit }, row.user_id) },
      { title: "Items that stay", value: (row) => row.kept, show: (row) => share(row.kept, 0), number: true },
    ], told.most_changed)) : null,
  ].filter(Boolean);
}

/** Short enough to stand beside others below a bar. */
const short = (name) => name.length > 16 ? `${name.slice(0, 15)}…` : name;

function measures(told) {
  const shown = (row, value) => value === null ? "–" : MEASURES[row.name][1](value);
  return table("Measures, in force and tried", [
    { title: "Mean over people", value: (row) => MEASURES[row.name][0] },
    { title: "In force", value: (row) => row.before, show: (row) => shown(row, row.before), number: true },
    { title: "Tried", value: (row) => row.after, show: (row) => shown(row, row.after), number: true },
    { title: "Difference, 95 % interval", value: (row) => row.after - row.before, number: true, show: (row) => row.before === null ? "–"
      : apart(row) },
    { title: "Told apart from none", value: (row) => row.low > 0 || row.high < 0,
      show: (row) => row.before === null ? "–" : row.low > 0 ? mark("more") : row.high < 0 ? mark("less") : "no" },
    { title: "People", value: (row) => row.people, number: true },
  ], told.measures);
}

function apart(row) {
  const [difference, low, high] = [row.after - row.before, row.low, row.high].map((value) => signed(value, MEASURES[row.name][2]));
  return `${difference} (${low} to ${high})`;
}

function save(overrides, told) {
  const [why, reason] = field("Why", { required: true, maxlength: 500, autocomplete: "off" }, "kept with the policy; nothing personal");
  const asked = form({ "aria-label": "Save as a policy" }, [why], "Save as a policy", async (out) => {
    const made = await call("POST", "/admin/policies", { body: { overrides, why: reason.value } });
    toast(`Policy ${made.policy_id} is saved, and not in force yet.`);
    const activate = action("Put it in force", async () => {
      const change = await call("POST", `/admin/policies/${made.policy_id}/activate`, { body: { why: reason.value } });
      toast(`Policy ${change.policy} is in force.`);
      location.hash = "#/policies";
    });
    put(out, h("p", {}, "Policy ", h("code", {}, made.policy_id), " is saved. It answers nobody until it is put in force."),
      h("div", { class: "row" }, activate, to("experiments", { policy: made.policy_id }, "Or try it in an experiment")));
  });
  return panel("Keep these settings", h("p", { class: "soft" }, `The trial looked at ${number(told.people)} people. ` +
    "What people do with other slates, only an experiment can tell."), asked.element, asked.out);
}
