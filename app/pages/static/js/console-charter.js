// What is promised to everybody, and what holds now.

import { call } from "./call.js";
import { h } from "./dom.js";
import { empty, facts, mark, moment, number, panel, put, table } from "./console-parts.js";

export async function charter(place) {
  const told = await call("GET", "/transparency");
  const { charter: promised } = told;
  const keyed = (caption, rows) => table(caption, Object.keys(rows[0]).map((name) => ({
    title: name.replaceAll("_", " "), value: (row) => typeof row[name] === "object" ? JSON.stringify(row[name]) : row[name] })), rows);
  const named = (values, about) => facts(Object.entries(values).map(([name, value]) => [name.replaceAll("_", " "), typeof value === "number" ? number(value) : String(value)]), about);
  put(place, 
    panel(promised.name ?? "Charter", { beside: h("a", { href: "/transparency" }, "As everybody reads it") },
      facts([["Personalised", promised.personalised], ["For", promised.outcome], ["Told to people", promised.disclosure],
        ["Policy", h("code", {}, told.policy ?? "none")], ["Configuration", h("code", {}, told.configuration_hash)]], { wide: true })),
    panel("Switched off", told.switched_off.length ? table("Where personalisation is off", [
      { title: "Where", value: (row) => row.scope, show: (row) => [row.scope, row.scenario ? ` ${row.scenario}` : "", row.segment ? ` ${row.segment} = ${row.value}` : ""] },
      { title: "Since", value: (row) => row.since, show: (row) => moment(row.since) }, { title: "Why", value: (row) => row.why },
    ], told.switched_off) : empty("Personalisation is on everywhere.", "PUT /admin/personalization switches it off for everybody, a scenario or a segment.")),
    panel("Data that is used", told.data_used.length ? keyed("Data", told.data_used) : empty("None is declared.")),
    h("div", { class: "sides two" }, panel("Weights in force", named(told.ranking_weights)), panel("Floors in force", named(told.floors))),
    panel("What people can do", named(told.user_controls, { wide: true })),
    panel("Sensitive topics", told.sensitive_topics.length ? keyed("Sensitive topics", told.sensitive_topics) : empty("None.")),
    panel("What is tried", told.experiments.length ? table("Experiments", [
      { title: "Experiment", value: (row) => row.name }, { title: "Why", value: (row) => row.why },
      { title: "Kind", value: (row) => row.kind, show: (row) => mark(row.kind) }, { title: "Since", value: (row) => row.started_at, show: (row) => moment(row.started_at) },
    ], told.experiments) : empty("No experiment runs.")));
}
