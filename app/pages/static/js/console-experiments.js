// Experiments: what runs, what came of it, and a new one.

import { call } from "./call.js";
import { confirmed, h, toast } from "./dom.js";
import { action, empty, facts, field, form, mark, moment, number, panel, put, share, table } from "./console-parts.js";

export async function experiments(place, query) {
  const [told, { policies }] = await Promise.all([call("GET", "/admin/experiments"), call("GET", "/admin/policies")]);
  const again = () => experiments(place, query);
  put(place, 
    panel("Experiments", told.experiments.length ? h("div", { class: "list" }, told.experiments.map((each) => experiment(each, again)))
      : empty("No experiment was begun.", "Save other settings as a policy, then let some people be answered by it.")),
    panel("Begin one", begin(policies, query, again)));
}

function experiment(each, again) {
  const out = h("div", { class: "stack", "aria-live": "polite" });
  const state = each.running ? mark("runs", "good") : each.stopped_at ? mark("stopped") : mark("not started");
  return h("article", { class: "entry", "aria-label": `Experiment ${each.name}` },
    h("div", { class: "row spread" }, h("div", { class: "row" }, h("h3", {}, each.name), state, mark(each.kind)),
      h("div", { class: "row" }, action("What came of it", async () => put(out, compared(
        await call("GET", `/insights/experiments/${encodeURIComponent(each.name)}`))), "quiet"),
      each.running ? action("Stop", async () => {
        if (!await confirmed(`Stop ${each.name}?`, "Everybody is answered by what is in force from then on. It is not begun again under this name.", "Stop it")) return;
        await call("POST", `/admin/experiments/${encodeURIComponent(each.name)}/stop`);
        toast(`${each.name} is stopped.`);
        await again();
      }, "danger") : null)),
    each.why ? h("p", {}, each.why) : null,
    facts([["People", share(each.people, 0)], ["From", moment(each.started_at)], ["Until", moment(each.stopped_at)],
      ["Variants", each.variants.map((variant) => `${variant.name} ${share(variant.share, 0)}${variant.policy ? ` (${variant.policy})` : ""}`).join(", ")]]),
    out);
}

function compared(told) {
  const wrong = told.sample_ratio?.mismatch;
  const rows = told.measures.flatMap((measure) => measure.variants.map((variant) => ({ ...variant, measure })));
  return [
    wrong ? h("div", { class: "notice bad", role: "alert" }, h("strong", {}, "People did not fall to the variants as declared"),
      h("p", {}, `p = ${number(told.sample_ratio.p)}. Nothing below is to be believed: find out why first.`)) : null,
    facts([["Until", moment(told.until)], ["People", Object.entries(told.people).map(([name, count]) => `${name} ${number(count)}`).join(", ")],
      ["Given several variants, set aside", number(told.crossed)]]),
    table("Measures by variant", [
      { title: "Measure", value: (row) => row.measure.measure.replaceAll("_", " "), show: (row) => [row.measure.measure.replaceAll("_", " "), row.measure.primary ? mark("primary") : null] },
      { title: "Variant", value: (row) => row.variant },
      { title: "People", value: (row) => row.people, show: (row) => number(row.people), number: true },
      { title: "Value", value: (row) => row.value, show: (row) => number(row.value), number: true },
      { title: "Lift", value: (row) => row.lift, show: (row) => row.lift === null ? "–" : share(row.lift), number: true },
      { title: `Interval, ${share(told.level, 0)}`, value: (row) => row.lift_interval?.[0] ?? null, number: true,
        show: (row) => row.lift_interval ? row.lift_interval.map((each) => each === null ? "?" : share(each)).join(" to ") : "–" },
      { title: "Says", value: (row) => row.says ?? "", show: (row) => row.says ? [row.says, row.people_missing ? `: ${number(row.people_missing)} more are needed` : ""] : "control" },
    ], rows),
    told.preferences?.length ? table("What people prefer", [
      { title: "By", value: (row) => row.measure }, { title: "Share of the second", value: (row) => row.share, show: (row) => share(row.share), number: true },
      { title: "People", value: (row) => row.people, number: true }, { title: "Verdict", value: (row) => row.verdict },
    ], told.preferences) : null,
  ].filter(Boolean);
}

function begin(policies, query, again) {
  const options = policies.filter((each) => !each.in_force).map((each) => [each.policy_id, `${each.policy_id}: ${each.why.slice(0, 70)}`]);
  if (!options.length) return empty("There is no other policy to try.", h("a", { href: "#/trial" }, "Try other settings"), " and save them as one.");
  const [named, name] = field("Name", { required: true, pattern: "[a-z0-9][a-z0-9_\\-]{0,63}", autocomplete: "off", placeholder: "more-exploration" },
    "small letters, digits, - and _");
  const [which, policy] = field("Policy to try", { options, value: query.get("policy") ?? options[0][0] });
  const [how, kind] = field("Kind", { options: [["split", "split: each person gets one"], ["interleaved", "interleaved: each answer is drafted from both"]], value: "split" });
  const [many, people] = field("People who take part, per cent", { type: "number", min: 1, max: 100, value: 100 });
  const [reason, why] = field("What is to be found out", { required: true, maxlength: 500, autocomplete: "off" });
  const asked = form({ "aria-label": "Begin an experiment" }, [named, which, how, many, reason], "Begin", async () => {
    const variants = [{ name: "control", share: 0.5 }, { name: "tried", share: 0.5, policy: policy.value }];
    await call("POST", "/admin/experiments", { body: { name: name.value, kind: kind.value, variants, people: Number(people.value) / 100, why: why.value } });
    toast(`${name.value} has begun.`);
    await again();
  });
  return [asked.element, asked.out];
}
