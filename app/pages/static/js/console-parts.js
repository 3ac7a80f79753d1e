// Parts that the sections of the console share: tables that sort, figures, forms, and what stands where there is nothing.

import { fresh, h, notice } from "./dom.js";

/** A number, short enough for a table. */
export function number(value, digits = 3) {
  if (value === null || value === undefined) return "–";
  if (Number.isInteger(value)) return value.toLocaleString("en");
  return value.toLocaleString("en", { maximumSignificantDigits: digits });
}

/** A share as per cent. */
export const share = (value, digits = 1) => value === null || value === undefined ? "–" : `${(100 * value).toFixed(digits)} %`;

/** A change with its sign. */
export const signed = (value, show = number) => `${value > 0 ? "+" : value < 0 ? "−" : "±"}${show(Math.abs(value))}`;

/** A moment, to the minute, as this machine tells it. */
export function moment(text) {
  if (!text) return "–";
  const date = new Date(text);
  return h("time", { datetime: text, title: text },
    date.toLocaleString("en-GB", { year: "numeric", month: "short", day: "2-digit", hour: "2-digit", minute: "2-digit" }));
}

/** Bytes in the unit that fits. */
export function bytes(count) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(count, 1)) / 3));
  return `${(count / 1000 ** power).toLocaleString("en", { maximumSignificantDigits: 3 })} ${units[power]}`;
}

/** Fill a place; what is null is left out. */
export const put = (place, ...content) => place.replaceChildren(...content.flat().filter((each) => each !== null && each !== undefined));

/** Say what would stand here and how to bring it about. */
export const empty = (title, ...mend) => h("div", { class: "empty" }, h("strong", {}, title), h("p", {}, mend));

/** A part of a section with a heading of its own, and what belongs beside the heading. */
export function panel(title, ...content) {
  const [beside, rest] = content[0]?.beside ? [content[0].beside, content.slice(1)] : [null, content];
  const id = fresh("panel");
  return h("section", { class: "card pad panel", "aria-labelledby": id },
    h("div", { class: "row spread" }, h("h2", { id }, title), beside), rest);
}

/** Names and values. */
export const facts = (pairs, { wide = false } = {}) => h("dl", { class: wide ? "facts wide" : "facts" }, pairs.filter(Boolean).map(([name, ...value]) =>
  h("div", {}, h("dt", {}, name), h("dd", {}, value))));

/** A mark beside words. */
export const mark = (text, kind = "") => h("span", { class: `mark ${kind}` }, text);

/** A link to a section, asked about something. */
export const to = (section, query, ...content) =>
  h("a", { href: `#/${section}?${new URLSearchParams(query)}` }, content);

/**
 * A table that sorts by any column. A column is `{ title, value, show, number, plain }`: `value` of a row is sorted by,
 * `show` of a row is shown (by default the value), `plain` columns do not sort, `wide` ones hold sentences. `sort` is
 * [column, descending]; rows for which `quiet` holds stand back.
 */
export function table(caption, columns, rows, { sort = null, most = 200, quiet = () => false } = {}) {
  let [by, down] = sort ?? [null, false];
  let shown = most;
  const body = h("tbody");
  const heads = columns.map((column, at) => h("th", { scope: "col", class: column.number ? "number" : null },
    column.plain ? column.title : h("button", { type: "button", class: "sort", onclick: () => turn(at) }, column.title)));
  const rest = h("button", { type: "button", class: "button plain small", onclick: () => { shown += most; fill(); } });
  function turn(at) {
    [by, down] = [at, by === at ? !down : Boolean(columns[at].number)];
    fill();
  }
  function fill() {
    const ordered = by === null ? rows : [...rows].sort(order(columns[by].value, down));
    heads.forEach((head, at) => at === by
      ? head.setAttribute("aria-sort", down ? "descending" : "ascending") : head.removeAttribute("aria-sort"));
    body.replaceChildren(...ordered.slice(0, shown).map((row) => h("tr", { class: quiet(row) ? "quiet" : null }, columns.map((column, at) =>
      h(at ? "td" : "th", { scope: at ? null : "row", class: column.number ? "number" : column.wide ? "wide" : null },
        (column.show ?? column.value)(row) ?? "–")))));
    rest.hidden = ordered.length <= shown;
    rest.textContent = `Show more of ${ordered.length.toLocaleString("en")}`;
  }
  fill();
  return h("div", {}, h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    h("table", { class: "table dense" }, h("caption", { class: "aside" }, caption), h("thead", {}, h("tr", {}, heads)), body)), rest);
}

function order(value, down) {
  const sign = down ? -1 : 1;
  return (one, other) => {
    const [a, b] = [value(one), value(other)];
    if (a === b) return 0;
    if (a === null || a === undefined) return 1;
    if (b === null || b === undefined) return -1;
    return sign * (typeof a === "number" ? a - b : String(a).localeCompare(String(b), "en", { numeric: true }));
  };
}

/** A labelled input. */
export function field(label, about = {}, hint = null) {
  const id = fresh("field");
  const said = hint ? h("small", { id: `${id}-hint` }, hint) : null;
  const input = h(about.options ? "select" : "input", { type: about.options ? null : "text", ...about, options: null, id, "aria-describedby": said?.id },
    (about.options ?? []).map(([value, text]) => h("option", { value, selected: value === about.value }, text)));
  return [h("div", { class: "field" }, h("label", { for: id }, label), said, input), input];
}

/** A button that does something which takes a while: it can be pressed once at a time, and says what went wrong. */
export function action(label, run, kind = "") {
  const said = h("span");
  const button = h("button", { type: "button", class: `button small ${kind}` }, label);
  button.addEventListener("click", async () => {
    button.disabled = true;
    said.replaceChildren();
    try {
      await run();
    } catch (error) {
      said.replaceChildren(notice(error));
    }
    button.disabled = false;
  });
  return h("span", { class: "action" }, button, said);
}

/** Call `run` with what a form holds whenever it is sent; what goes wrong is said in `out`. */
export function form(about, fields, label, run) {
  const out = h("div", { class: "stack", "aria-live": "polite" });
  const button = h("button", { class: "button" }, label);
  const element = h("form", { class: "ask", ...about }, fields, h("div", { class: "ask-end" }, button));
  const send = async () => {
    button.disabled = true;
    out.setAttribute("aria-busy", "true");
    try {
      await run(out);
    } catch (error) {
      out.replaceChildren(notice(error));
    }
    out.removeAttribute("aria-busy");
    button.disabled = false;
  };
  element.addEventListener("submit", (event) => { event.preventDefault(); send(); });
  return { element, out, send };
}
