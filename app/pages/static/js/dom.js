// Elements from values. Text is only ever set as text, so that nothing that somebody wrote becomes markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes, `on...` listeners, `vars` (custom properties) and children; null and false are left out. */
export function h(tag, about = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(about)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "vars") for (const [each, set] of Object.entries(value)) element.style.setProperty(each, set);
    else if (name === "value") element.value = value;
    else element.setAttribute(name === "className" ? "class" : name, value === true ? "" : value);
  }
  element.append(...children.flat(3).filter((each) => each !== null && each !== undefined && each !== false));
  return element;
}

const SHAPES = {
  like: "M7 11v9H4v-9h3Zm0 0 4.2-7.2c1.5 0 2.6 1.3 2.3 2.8L13 10h5.2c1.3 0 2.2 1.2 1.9 2.4l-1.5 6c-.2.9-1 1.6-2 1.6H7",
  dislike: "M17 13V4h3v9h-3Zm0 0-4.2 7.2c-1.5 0-2.6-1.3-2.3-2.8L11 14H5.8c-1.3 0-2.2-1.2-1.9-2.4l1.5-6c.2-.9 1-1.6 2-1.6H17",
  save: "M7 4h10a1 1 0 0 1 1 1v15l-6-4-6 4V5a1 1 0 0 1 1-1Z",
  dismiss: "M6 6l12 12M18 6 6 18",
  more: "M12 5v14M5 12h14",
  less: "M5 12h14",
  why: "M9.2 9.2a2.9 2.9 0 1 1 4.3 2.5c-1 .6-1.5 1.2-1.5 2.3M12 17.5v.01M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z",
  undo: "M9 7 4 12l5 5M4 12h10a6 6 0 0 1 6 6v1",
  similar: "M4 6h9v12H4zM16 8h4v8h-4",
  compass: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm3.6 5.4-2.1 5.1-5.1 2.1 2.1-5.1 5.1-2.1Z",
  spark: "M12 3l2.2 6.8L21 12l-6.8 2.2L12 21l-2.2-6.8L3 12l6.8-2.2L12 3Z",
  mute: "M4 10v4h4l5 4V6L8 10H4Zm13-1 4 6m0-6-4 6",
  check: "M5 12.5 10 17.5 19 7",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7.5 8c.8-3.6 3.8-5.5 7.5-5.5s6.7 1.9 7.5 5.5",
  out: "M14 4h6v6M20 4l-9 9M18 14v5a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1h5",
  up: "M5 15l7-7 7 7",
  down: "M5 9l7 7 7-7",
  menu: "M5 12h.01M12 12h.01M19 12h.01",
};

/** A drawing beside words that say the same. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  return svg;
}

/** A name that nothing else has; not `randomUUID`, which pages without TLS do not have. */
export function fresh(what) {
  return `${what}-${[...crypto.getRandomValues(new Uint8Array(9))].map((byte) => byte.toString(36).padStart(2, "0")).join("")}`;
}

/** Say something to who does not see the page change. */
export function say(text) {
  const said = document.getElementById("said");
  said.textContent = "";
  requestAnimationFrame(() => { said.textContent = text; });
}

/** A dialog that is gone once it is closed; Escape closes it, and the focus goes back to where it was. */
export function dialog(title, content, { sheet = false } = {}) {
  const heading = h("h2", { id: fresh("dialog") }, title);
  const close = h("button", { type: "button", class: "round", "aria-label": "Close" }, icon("dismiss"));
  const body = h("div", { class: "stack" }, h("div", { class: "row spread nowrap" }, heading, close), content);
  const opened = h("dialog", { class: sheet ? "sheet" : null, "aria-labelledby": heading.id }, body);
  const back = document.activeElement;
  opened.addEventListener("click", (event) => { if (event.target === opened) opened.close(); });
  opened.addEventListener("close", () => { opened.remove(); if (back?.isConnected) back.focus(); });
  close.addEventListener("click", () => opened.close());
  document.body.append(opened);
  const top = besides(back);
  if (top !== null) opened.style.margin = `${top}px auto auto`;
  opened.showModal();
  return opened;
}

/** Where to show something about `element`: a frame is as long as its page, so that its middle and end may be out of sight. */
function besides(element) {
  if (!document.documentElement.classList.contains("embedded") || !element) return null;
  return Math.max(16, element.getBoundingClientRect().top - 60);
}

/** Ask before what cannot be taken back; resolves with whether. */
export function confirmed(title, text, yes) {
  return new Promise((resolve) => {
    const go = h("button", { type: "button", class: "button danger" }, yes);
    const no = h("button", { type: "button", class: "button quiet" }, "Cancel");
    const opened = dialog(title, [h("p", {}, text), h("div", { class: "row" }, go, no)]);
    let agreed = false;
    go.addEventListener("click", () => { agreed = true; opened.close(); });
    no.addEventListener("click", () => opened.close());
    opened.addEventListener("close", () => resolve(agreed));
  });
}

/** Tell what was done, for some seconds, with a way back if there is one. */
export function toast(text, undo = null) {
  const place = document.getElementById("toasts");
  const shown = h("div", { class: "toast" }, h("span", {}, text));
  if (undo) {
    const back = h("button", { type: "button", class: "button quiet small" }, icon("undo"), "Undo");
    back.addEventListener("click", () => { shown.remove(); undo(); });
    shown.append(back);
  }
  const top = besides(document.activeElement === document.body ? null : document.activeElement);
  if (top !== null) place.style.inset = `${top}px 0 auto`;
  place.replaceChildren(shown);
  say(text);
  setTimeout(() => shown.remove(), undo ? 12_000 : 6_000);
}

/** Tell of an error where it happened. */
export function notice(error) {
  const faults = (error.errors ?? []).map((each) => h("li", {}, [each.field, each.message].filter(Boolean).join(" ")));
  return h("div", { class: "notice bad", role: "alert" }, h("strong", {}, error.title ?? "That did not work"),
    h("p", {}, error.message), faults.length ? h("ul", {}, faults) : null);
}

export const percent = (share) => `${Math.round(100 * share)}\u00a0%`;

/** How long ago, or how long until, as the service's clock has it. */
export function span(from, until) {
  const days = (new Date(until) - new Date(from)) / 86_400_000;
  const steps = [[365, "year"], [30.4, "month"], [7, "week"], [1, "day"], [1 / 24, "hour"], [1 / 1440, "minute"]];
  for (const [length, unit] of steps) {
    const count = Math.floor(Math.abs(days) / length);
    if (count >= 1) return `${count} ${unit}${count === 1 ? "" : "s"}`;
  }
  return "a moment";
}
