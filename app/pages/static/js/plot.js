// Plots: the server draws them; here they get a caption, a hint where the pointer rests, and a table of the same values.

import { send } from "./call.js";
import { h } from "./dom.js";

/** A figure of what `POST /plots` draws. `spec` is its body; `table` false leaves the table of values to the page. */
export async function plot(spec, { caption = spec.title, table = true } = {}) {
  const figure = h("figure", { class: "plot" }, caption ? h("figcaption", {}, caption) : null);
  const drawn = await (await send("POST", "/plots", { body: spec })).text();
  const svg = new DOMParser().parseFromString(drawn, "image/svg+xml").documentElement;
  figure.append(document.importNode(svg, true));
  hints(figure);
  if (table && spec.kind !== "scatter") figure.append(values(spec));
  return figure;
}

function values(spec) {
  const shown = (value) => value === null ? "" : spec.unit === "percent" ? `${(100 * value).toFixed(1)} %` : value.toLocaleString("en");
  const head = h("tr", {}, h("th", { scope: "col" }, ""), spec.series.map((each) => h("th", { scope: "col", class: "number" }, each.name)));
  const rows = spec.labels.map((label, place) => h("tr", {}, h("th", { scope: "row" }, label),
    spec.series.map((each) => h("td", { class: "number" }, shown(each.values[place] ?? null)))));
  return h("details", {}, h("summary", {}, "As a table"),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `${spec.title}, as a table` },
      h("table", { class: "table" }, h("thead", {}, head), h("tbody", {}, rows))));
}

function hints(figure) {
  let shown = null;
  const away = () => { shown?.remove(); shown = null; };
  figure.addEventListener("pointermove", (event) => {
    away();
    const group = event.target.closest?.(".dots, .bar");
    const said = group && [".label", ".x_label", ".value"].map((each) => group.querySelector(`desc${each}`)?.textContent);
    if (!said) return;
    shown = h("div", { class: "hint", "aria-hidden": "true" }, said.filter(Boolean).join(" · "));
    document.body.append(shown);
    shown.style.left = `${Math.min(event.clientX + 12, innerWidth - shown.offsetWidth - 8)}px`;
    shown.style.top = `${event.clientY + 14}px`;
  });
  figure.addEventListener("pointerleave", away);
}
