// Equity audits: those that were made, and a new one.

import { call } from "./call.js";
import { h, toast } from "./dom.js";
import { empty, field, form, mark, moment, number, panel, put, table } from "./console-parts.js";

const KINDS = { met: "good", missed: "bad", unclear: "", unknown: "" };

export async function audits(place) {
  const told = await call("GET", "/insights/audits");
  const now = new Date();
  const [which, quarter] = field("Quarter", { required: true, pattern: "[12][0-9]{3}Q[1-4]", autocomplete: "off",
    value: `${now.getUTCFullYear()}Q${Math.floor(now.getUTCMonth() / 3) + 1}` }, "such as 2026Q4; one that is not over is audited up to now");
  const asked = form({ "aria-label": "Make an audit" }, [which], "Make the audit", async (out) => {
    put(out, h("progress", { "aria-label": "The audit is made; that takes seconds to minutes" }));
    await call("POST", "/admin/audits", { body: { quarter: quarter.value } });
    toast(`The audit of ${quarter.value} is made.`);
    await audits(place);
  });
  put(place, panel("Audits", told.audits.length ? table("Equity audits", [
    { title: "Quarter", value: (row) => row.quarter, show: (row) => h("a", { href: `/insights/audits/${row.audit_id}` }, row.quarter) },
    { title: "Made", value: (row) => row.made_at, show: (row) => moment(row.made_at) },
    { title: "Until", value: (row) => row.until, show: (row) => moment(row.until) },
    { title: "Verdicts", value: (row) => row.verdicts.missed ?? 0, show: (row) => Object.entries(row.verdicts).map(([name, count]) => mark(`${name} ${number(count)}`, count ? KINDS[name] : "")) },
    { title: "Missed", value: (row) => row.missed.map((each) => `${each.measure} of ${each.group}`).join("; ") || "none" },
  ], told.audits) : empty("No audit was made yet.",
    "An audit tells how a quarter served each group of people that the charter lets figures be told apart by.")),
  panel("Make one", asked.element, asked.out));
}
