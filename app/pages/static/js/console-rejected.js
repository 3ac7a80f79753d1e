// Rows that were refused or ignored, by field and reason.

import { call } from "./call.js";
import { h } from "./dom.js";
import { empty, facts, mark, moment, number, panel, put, share, table } from "./console-parts.js";

export async function rejected(place) {
  const told = await call("GET", "/admin/rejected-rows");
  const part = ({ rows, rejected: bad }) => `${number(bad)} of ${number(rows)}${rows ? ` (${share(bad / rows)})` : ""}`;
  put(place, 
    panel("Rejected", facts([["Last 24 hours", part(told.day)], ["28 days before", part(told.before)]])),
    panel("Why, since the service started", told.reasons.length ? table("Reasons", [
      { title: "Field", value: (row) => row.field || "the row", show: (row) => h("code", {}, row.field || "the row") },
      { title: "What is wrong, and how it must be", value: (row) => row.message, wide: true },
      { title: "Rows of", value: (row) => row.kind },
      { title: "Became", value: (row) => row.status, show: (row) => mark(row.status, row.status === "ignored" ? "" : "bad") },
      { title: "Rows", value: (row) => row.rows, show: (row) => number(row.rows), number: true },
      { title: "Last", value: (row) => row.last_at, show: (row) => moment(row.last_at) },
      { title: "Row of its body", value: (row) => row.last_row, number: true },
    ], told.reasons, { sort: [4, true] }) : empty("No row was rejected or ignored since the service started.",
      "Each row that is not taken is told in the answer to who sent it, and counted here by field and reason.")),
    h("p", { class: "soft small" }, "Nothing of a rejected row is kept: it may be what the charter does not let in."));
}
