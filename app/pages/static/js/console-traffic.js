// How fast requests are answered, from what Prometheus reads: histograms since the service started.

import { send } from "./call.js";
import { empty, mark, number, panel, share, table } from "./console-parts.js";

const LINE = /^penchant_request_seconds_(bucket|count|sum)\{(.*)\} (\S+)$/;
const SHARES = [0.5, 0.95, 0.99];

/** A panel of all operations that were asked for. */
export async function traffic() {
  const rows = [...operations(await (await send("GET", "/metrics")).text()).values()].map((each) => ({ ...each,
    quantiles: SHARES.map((part) => quantile(each.buckets, part)) }));
  return panel("Requests since the service started", rows.length ? table("Requests by operation", [
    { title: "Operation", value: (row) => row.name.replaceAll("_", " ") },
    { title: "Requests", value: (row) => row.count, show: (row) => number(row.count), number: true },
    { title: "Refused", value: (row) => row.refused / row.count, show: (row) => row.refused ? share(row.refused / row.count) : "0", number: true },
    { title: "Failed", value: (row) => row.failed, show: (row) => row.failed ? mark(number(row.failed), "bad") : "0", number: true },
    { title: "Mean", value: (row) => row.sum / row.count, show: (row) => ms(row.sum / row.count), number: true },
    ...SHARES.map((part, at) => ({ title: `${100 * part} % within`, value: (row) => row.quantiles[at], number: true, show: (row) => ms(row.quantiles[at]) })),
  ], rows, { sort: [1, true] }) : empty("No request was answered yet."));
}

const ms = (seconds) => seconds === Infinity ? "longer" : `${number(1000 * seconds)} ms`;

/** By operation: how many, how long in all, how many with an error of the caller (4xx) or of the service (5xx). */
function operations(text) {
  const found = new Map();
  for (const line of text.split("\n")) {
    const [, kind, labels, value] = line.match(LINE) ?? [];
    if (!kind) continue;
    const { operation, status, le } = Object.fromEntries([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, text]) => [name, text]));
    if (!found.has(operation)) found.set(operation, { name: operation, count: 0, sum: 0, refused: 0, failed: 0, buckets: new Map() });
    const each = found.get(operation);
    const end = Number(le?.replace("+Inf", "Infinity"));
    if (kind === "bucket") each.buckets.set(end, (each.buckets.get(end) ?? 0) + Number(value));
    else each[kind] += Number(value);
    if (kind === "count" && status >= "400") each[status < "500" ? "refused" : "failed"] += Number(value);
  }
  return found;
}

/** The upper end of the bucket in which so many of the requests lie. */
function quantile(buckets, part) {
  const ends = [...buckets.keys()].sort((a, b) => a - b);
  const all = buckets.get(Infinity);
  return ends.find((end) => buckets.get(end) >= part * all);
}
