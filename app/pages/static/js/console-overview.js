// Figures of the last weeks against the weeks before, and every alert.

import { call } from "./call.js";
import { h, toast } from "./dom.js";
import { plot } from "./plot.js";
import { action, empty, field, mark, moment, number, panel, put, share, signed, table } from "./console-parts.js";

const LATELY = 7;
const EVERY_MS = 60_000;
/** Shown as plots: name of the metric, title, unit, and whether more is better. */
const WATCHED = [
  ["engagement_rate", "Engagement rate", share, true],
  ["click_through_rate", "Click-through rate", share, true],
  ["intra_list_diversity", "Diversity within slates", number, true],
  ["negative_feedback_rate", "Negative feedback", share, false],
  ["exploration_acceptance", "Exploration taken up", share, true],
  ["floor_compliance", "Floors kept", share, true],
];
const DIMENSIONS = ["all", "day", "scenario", "snapshot", "policy", "personalized", "variant"];

export async function overview(place, _query, signal) {
  const [alerts, report] = await Promise.all([call("GET", "/insights/alerts"), call("GET", "/insights/metrics", { query: { by: "day" } })]);
  if (signal.aborted) return;
  const about = h("p", { class: "soft small" });
  const plots = h("div", { class: "plots" });
  put(place, firing(alerts), about, plots, await byDimension(report), panel("Alerts", alertTable(alerts)), history(alerts));
  await fill(report);
  const timer = setInterval(async () => {
    if (document.visibilityState !== "visible" || plots.contains(document.activeElement)) return;
    await fill(await call("GET", "/insights/metrics", { query: { by: "day" } })).catch(() => {});
  }, EVERY_MS);
  signal.addEventListener("abort", () => clearInterval(timer));

  async function fill(told) {
    const days = daysOf(told);
    const panels = await Promise.all(WATCHED.map((each) => figure(told, days, ...each)));
    if (signal.aborted) return;
    put(about, `${told.from} to ${told.to}, UTC. The baseline is the median of the days before the last ${LATELY}. ` +
      `Set aside: ${number(told.set_aside.answers)} answers to ${number(told.set_aside.machines)} machines. ` +
      `${number(told.unattributed_events)} events name no answer. Looked at ${new Date().toLocaleTimeString("en-GB")}, again each minute.`);
    put(plots, panels);
    if (!plots.children.length) plots.append(empty("No answers were logged in these days.",
      "Figures come with the first slates that are served and the events that name them (recommendation_id). " +
      "The charter must declare [served], and insights.served_log must be on."));
  }
}

function daysOf(told) {
  const days = [];
  for (let day = new Date(`${told.from}T00:00Z`); day <= new Date(`${told.to}T00:00Z`); day.setUTCDate(day.getUTCDate() + 1)) {
    days.push(day.toISOString().slice(0, 10));
  }
  return days;
}

async function figure(told, days, metric, title, show, better) {
  const found = new Map(told.metrics.filter((each) => each.metric === metric).map((each) => [each.bucket, each.value]));
  const values = days.map((day) => found.get(day) ?? null);
  const [before, lately] = [values.slice(0, -LATELY), values.slice(-LATELY)].map((some) => some.filter((each) => each !== null));
  if (!before.length && !lately.length) return null;
  const [usual, now] = [median(before), mean(lately)];
  const change = usual !== null && now !== null && usual !== 0 ? now / usual - 1 : null;
  const worse = change !== null && Math.abs(change) > 0.05 && change > 0 !== better;
  const series = [{ name: "By day", values }];
  if (usual !== null) series.push({ name: "Baseline", values: days.map(() => usual) });
  const spec = { kind: "line", title: `${title} by day`, labels: days.map((day) => day.slice(5)), series, width: 460, height: 190,
    unit: show === share ? "percent" : "number" };
  return h("section", { class: "card pad tile", "aria-label": title },
    h("h2", {}, title),
    h("p", { class: "big" }, now === null ? "–" : show(now), change === null ? null
      : h("span", { class: worse ? "delta worse" : "delta" }, ` ${signed(change, (each) => share(each, 0))} `,
        h("span", { class: "soft" }, "against the baseline"))),
    await plot(spec, { caption: null }));
}

function median(values) {
  if (!values.length) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
}

const mean = (values) => values.length ? values.reduce((sum, each) => sum + each, 0) / values.length : null;

/** Shares among the metrics; the others are counts, bits, seconds or distances. */
const SHARES = /_rate|_people$|coverage|acceptance|compliance|affordability|efficacy/;
const shownAs = (metric) => SHARES.test(metric) ? share : number;

/** A metric's days before the last ones and those: [baseline, lately]. */
function pastAndNow(report, metric) {
  const last = daysOf(report).slice(-LATELY)[0];
  const days = report.metrics.filter((each) => each.metric === metric && each.value !== null);
  return [median(days.filter((each) => each.bucket < last).map((each) => each.value)),
    mean(days.filter((each) => each.bucket >= last).map((each) => each.value))];
}

async function byDimension(report) {
  const [label, choice] = field("Told apart by", { options: DIMENSIONS.map((each) => [each, each]), value: "all" });
  const out = h("div");
  const fill = async () => {
    const told = await call("GET", "/insights/metrics", { query: { by: choice.value } });
    put(out, told.metrics.length ? table("Every metric", [
      { title: "Metric", value: (row) => row.metric.replaceAll("_", " ") },
      told.by === "all" ? null : { title: told.by, value: (row) => row.bucket },
      { title: "28 days", value: (row) => row.value, show: (row) => shownAs(row.metric)(row.value), number: true },
      ...told.by === "all" ? [
        { title: "Baseline by day", value: (row) => pastAndNow(report, row.metric)[0], number: true,
          show: (row) => shownAs(row.metric)(pastAndNow(report, row.metric)[0]) },
        { title: `Last ${LATELY} by day`, value: (row) => pastAndNow(report, row.metric)[1], number: true,
          show: (row) => shownAs(row.metric)(pastAndNow(report, row.metric)[1]) },
      ] : [],
      { title: "Of", value: (row) => row.denominator, show: (row) => number(row.denominator), number: true },
      { title: "People", value: (row) => row.people, show: (row) => number(row.people), number: true },
    ].filter(Boolean), told.metrics) : empty("Nothing to tell yet.", "Serve slates, and send events that name them."));
  };
  choice.addEventListener("change", fill);
  await fill();
  return panel("All metrics of the last 28 days", { beside: label }, out);
}

function firing(told) {
  const alerts = told.alerts.filter((each) => each.state === "firing");
  if (!alerts.length) return h("p", { class: "calm" }, mark("Nothing fires", "good"), ` ${told.alerts.length} alerts are watched.`);
  return h("div", { class: "stack" }, alerts.map((each) => h("div", { class: "notice bad", role: "alert" },
    h("strong", {}, each.name.replaceAll("_", " ")), h("p", {}, each.message),
    each.acknowledged ? h("p", { class: "soft small" }, "Seen by ", each.acknowledged.by || "this machine", ", ", moment(each.acknowledged.at))
      : action("I have seen it", async () => {
        await call("POST", `/insights/alerts/${each.name}/acknowledge`, { body: {} });
        toast("Noted that you have seen it.");
        window.dispatchEvent(new HashChangeEvent("hashchange"));
      }, "quiet"))));
}

function alertTable(told) {
  const kinds = { firing: "bad", ok: "good", unknown: "" };
  return table("Every alert", [
    { title: "Alert", value: (row) => row.name.replaceAll("_", " ") },
    { title: "State", value: (row) => row.state, show: (row) => mark(row.state, kinds[row.state]) },
    { title: "Value", value: (row) => row.value, show: (row) => number(row.value), number: true },
    { title: "Limit", value: (row) => row.limit, show: (row) => number(row.limit), number: true },
    { title: "Since", value: (row) => row.since, show: (row) => moment(row.since) },
    { title: "In words", value: (row) => row.message, wide: true },
  ], told.alerts);
}

function history(told) {
  if (!told.history.length) return null;
  return panel("What alerts did", table("History of alerts", [
    { title: "When", value: (row) => row.at, show: (row) => moment(row.at) },
    { title: "Alert", value: (row) => String(row.name).replaceAll("_", " ") },
    { title: "What", value: (row) => row.entry },
    { title: "In words", value: (row) => row.message, wide: true },
  ], told.history, { most: 20 }));
}
