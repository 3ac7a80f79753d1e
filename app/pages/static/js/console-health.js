// Whether requests can be answered, and from what.

import { call } from "./call.js";
import { h } from "./dom.js";
import { empty, facts, mark, moment, number, panel, put, share, table } from "./console-parts.js";
import { traffic } from "./console-traffic.js";

export async function health(place) {
  const [ready, awaited, requests] = await Promise.all([readiness(), call("GET", "/admin/awaited-items"), traffic()]);
  const waiting = ready.awaiting_item;
  put(place, 
    ready.reasons.length ? h("div", { class: ready.ready ? "notice" : "notice bad", role: "alert" },
      h("strong", {}, "What is the matter"), h("ul", {}, ready.reasons.map((each) => h("li", {}, each)))) : null,
    panel("Service", facts([
      ["Requests", mark(ready.ready ? "answered" : "not answered", ready.ready ? "good" : "bad")],
      ["Writes", mark(ready.writes ?? "unknown", ready.writes === "failing" ? "bad" : "good")],
      ["Access", ready.access === "keys" ? "keys and tokens" : "this machine only, without keys"],
      ["Last backup", ready.backup ? [moment(ready.backup.at), ` ${ready.backup.ok ? "" : "failed: "}${ready.backup.said}`]
        : "none was made: penchant backup makes one"],
    ])),
    panel("Index", facts([
      ["Snapshot", h("code", {}, ready.snapshot ?? "none")],
      ["Policy", h("code", {}, ready.policy ?? "none")],
      ["Items", number(ready.items)], ["People", number(ready.people)],
      ["Vectors", ready.vectors ?? "–"], ["Recall at 10, when built", share(ready.recall_at_10)],
      ["Unread items", number(ready.unread_items)],
      ["Machines set aside", ready.set_aside ? `${number(ready.set_aside.people)} people, ${number(ready.set_aside.events)} events` : "–"],
      ["Numbers that were not finite", number(Object.values(ready.not_finite ?? {}).reduce((sum, each) => sum + each, 0))],
    ])),
    requests,
    ready.reading && Object.keys(ready.reading).length ? panel("What the encoder reads", reading(ready.reading)) : null,
    panel("Events that wait for their item",
      waiting ? facts([["Events", number(waiting.events)], ["People", number(waiting.people)], ["Adopted so far", number(waiting.adopted)],
        ["Expired", number(waiting.expired)], ["Refused", number(waiting.refused)]]) : null,
      awaited.items.length ? table("Items that events wait for", [
        { title: "Item", value: (row) => row.item_id, show: (row) => h("code", {}, row.item_id) },
        { title: "Events", value: (row) => row.events, number: true },
        { title: "People", value: (row) => row.people, number: true },
        { title: "Since", value: (row) => row.since, show: (row) => moment(row.since) },
      ], awaited.items, { sort: [1, true] }) : empty("No event waits.",
        "Events on items that the catalogue does not have wait for them; where their ids are nearly those of items, look how the two are written.")));
}

/** The same where requests cannot be answered: then it stands in the problem document. */
async function readiness() {
  const answer = await fetch("/readyz");
  const told = await answer.json();
  return { reasons: [], ready: answer.ok, ...told };
}

function reading(languages) {
  return table("What the encoder reads, by language", [
    { title: "Language", value: (row) => row[0] },
    { title: "Items", value: (row) => row[1].items, show: (row) => number(row[1].items), number: true },
    { title: "Unread", value: (row) => row[1].unread_items, show: (row) => number(row[1].unread_items), number: true },
    { title: "Letters that it lacks", value: (row) => row[1].unread_share, show: (row) => share(row[1].unread_share), number: true },
    { title: "Texts that are cut", value: (row) => row[1].cut_share, show: (row) => share(row[1].cut_share), number: true },
  ], Object.entries(languages));
}
