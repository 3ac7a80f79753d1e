// Policies and snapshots: what is in force, what was, and going there.

import { call } from "./call.js";
import { confirmed, h, toast } from "./dom.js";
import { action, bytes, empty, facts, mark, moment, number, panel, put, share, table, to } from "./console-parts.js";
import { differences } from "./console-settings.js";

export async function policies(place) {
  const [told, kept] = await Promise.all([call("GET", "/admin/policies"), call("GET", "/admin/snapshots")]);
  const current = told.policies.find((each) => each.in_force);
  const again = () => policies(place);
  put(place, 
    current ? inForce(current, before(told.policies, current), again) : empty("Nothing is in force yet.", "Send items, or run penchant rebuild-index."),
    panel("Policies", { beside: to("trial", {}, "Try other settings") }, h("div", { class: "list" }, told.policies.map((each) => policy(each, again)))),
    panel("Snapshots", snapshots(kept.snapshots, again)));
}

/** The policy that was in force before the present one and can be gone back to. */
function before(all, current) {
  const entered = all.filter((each) => each !== current && each.available)
    .flatMap((each) => each.activations.map((entry) => [entry.at, each])).sort(([a], [b]) => a < b ? 1 : -1);
  return entered[0]?.[1] ?? null;
}

function inForce(current, previous, again) {
  const entered = current.activations.at(-1);
  return panel("In force", facts([
    ["Policy", h("code", {}, current.policy_id)], ["Snapshot", h("code", {}, current.snapshot)],
    ["Since", entered ? [moment(entered.at), ` by ${entered.by}`] : "–"], ["Why", entered?.why ?? current.why],
  ]), previous ? h("div", { class: "row" }, action(`Roll back to ${previous.policy_id}`, () => enter(previous, again), "quiet"),
    h("span", { class: "soft small" }, previous.why)) : h("p", { class: "soft small" }, "Nothing else was in force before that could be gone back to."));
}

async function enter(policy, again) {
  const changes = Object.keys(policy.changes).length ? ` ${Object.keys(policy.changes).join(", ")}.` : "";
  if (!await confirmed(`Put policy ${policy.policy_id} in force?`, `Everybody is answered by it from the next request on.${changes}`, "Put it in force")) return;
  const change = await call("POST", `/admin/policies/${policy.policy_id}/activate`, { body: { why: "from the console" } });
  toast(`Policy ${change.policy} is in force; before it was ${change.policy_before}.`);
  await again();
}

function policy(each, again) {
  return h("article", { class: "entry", "aria-label": `Policy ${each.policy_id}` },
    h("div", { class: "row spread" },
      h("div", { class: "row" }, h("code", {}, each.policy_id), each.in_force ? mark("in force", "good") : null,
        each.available ? null : mark("snapshot is gone", "bad"), each.kept ? mark("kept") : null,
        h("span", { class: "soft small" }, moment(each.made_at), ` by ${each.made_by}`)),
      h("div", { class: "row" },
        !each.in_force && each.available ? action("Put in force", () => enter(each, again), "quiet") : null,
        !each.in_force && each.kept ? action("Release", () => release(each, again), "plain") : null)),
    h("p", {}, each.why),
    differences(each.changes),
    each.activations.length ? h("p", { class: "soft small" }, `Was put in force ${each.activations.length} time${each.activations.length === 1 ? "" : "s"}, last `,
      moment(each.activations.at(-1).at), `: ${each.activations.at(-1).why}`) : null);
}

async function release(each, again) {
  if (!await confirmed(`Release policy ${each.policy_id}?`, "The next build may remove its snapshot; then it cannot be put in force.", "Release")) return;
  await call("POST", `/admin/policies/${each.policy_id}/release`);
  toast("Its snapshot is kept for it no longer.");
  await again();
}

function snapshots(all, again) {
  if (!all.length) return empty("There is no snapshot.", "Send items, or run penchant rebuild-index --items FILE.");
  const best = Math.max(...all.map((each) => each.recall_at_10));
  return table("Snapshots", [
    { title: "Snapshot", value: (row) => row.snapshot, show: (row) => [h("code", {}, row.snapshot), row.in_service ? mark("in service", "good") : null] },
    { title: "Built", value: (row) => row.created_at, show: (row) => moment(row.created_at) },
    { title: "Items", value: (row) => row.items, show: (row) => number(row.items), number: true },
    { title: "Recall at 10", value: (row) => row.recall_at_10, number: true,
      show: (row) => [share(row.recall_at_10), h("span", { class: "bar", "aria-hidden": "true" }, h("span", { vars: { "--share": best ? row.recall_at_10 / best : 0 } }))] },
    { title: "Vectors", value: (row) => row.vectors },
    { title: "Size", value: (row) => row.bytes, show: (row) => bytes(row.bytes), number: true },
    { title: "Kept for", value: (row) => row.needed.join("; ") || "snapshots.keep", wide: true },
    { title: "", value: () => "", plain: true, show: (row) => row.in_service ? "" : action("Put in service", async () => {
      if (!await confirmed(`Put snapshot ${row.snapshot} in service?`, "With the weights and floors in force, once it is loaded.", "Put in service")) return;
      await call("POST", `/admin/snapshots/${row.snapshot}/activate`, { body: { why: "from the console" } });
      toast(`Snapshot ${row.snapshot} is in service.`);
      await again();
    }, "quiet") },
  ], all);
}
