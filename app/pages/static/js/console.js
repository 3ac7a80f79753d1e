// The console: one section at a time, named behind the # of the address, with what it is asked about.

import { h, notice, say } from "./dom.js";
import { session } from "./session.js";
import { audits } from "./console-audits.js";
import { catalogue } from "./console-catalogue.js";
import { charter } from "./console-charter.js";
import { experiments } from "./console-experiments.js";
import { health } from "./console-health.js";
import { inspector } from "./console-inspector.js";
import { map } from "./console-map.js";
import { overview } from "./console-overview.js";
import { people } from "./console-people.js";
import { policies } from "./console-policies.js";
import { rejected } from "./console-rejected.js";
import { trial } from "./console-trial.js";

const GROUPS = [
  ["Watch", [["overview", "Overview", overview], ["health", "Health", health], ["rejected", "Rejected rows", rejected]]],
  ["Look", [["inspector", "Slate inspector", inspector], ["people", "People", people], ["catalogue", "Catalogue", catalogue],
    ["map", "Map", map]]],
  ["Change", [["trial", "Try settings", trial], ["policies", "Policies and snapshots", policies],
    ["experiments", "Experiments", experiments]]],
  ["Account for", [["audits", "Audits", audits], ["charter", "Charter", charter]]],
];
const SECTIONS = new Map(GROUPS.flatMap(([, entries]) => entries).map(([name, title, show]) => [name, { title, show }]));
const FIRST = "overview";

let shown = null;

/** The section that the address names, and what it is asked about. */
function wanted() {
  const [name, query] = location.hash.replace(/^#\/?/, "").split("?");
  return [SECTIONS.has(name) ? name : FIRST, new URLSearchParams(query ?? "")];
}

async function show(nav, view) {
  const [name, query] = wanted();
  const { title, show: fill } = SECTIONS.get(name);
  shown?.abort();
  shown = new AbortController();
  const { signal } = shown;
  for (const link of nav.querySelectorAll("a")) {
    if (link.hash === `#/${name}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  nav.querySelector("[aria-current]").scrollIntoView({ block: "nearest", inline: "center" });
  document.title = `${title} · Console · Penchant`;
  const heading = h("h1", { tabindex: "-1" }, title);
  const place = h("div", { class: "stack" });
  view.replaceChildren(heading, place);
  view.setAttribute("aria-busy", "true");
  try {
    await fill(place, query, signal);
  } catch (error) {
    if (!signal.aborted) place.replaceChildren(notice(error), error.status === 401 ? again() : "");
  }
  if (signal.aborted) return;
  view.removeAttribute("aria-busy");
  say(`${title} is shown`);
}

/** The cookie has ended, or its key was revoked. */
const again = () => h("button", { type: "button", class: "button", onclick: () => location.reload() }, "Sign in again");

const place = document.getElementById("place");
await session(place, { operators: true });
const nav = h("nav", { class: "sections", "aria-label": "Sections of the console" }, GROUPS.map(([group, entries]) =>
  h("div", {}, h("p", {}, group), h("ul", {}, entries.map(([name, title]) => h("li", {}, h("a", { href: `#/${name}` }, title)))))));
const view = h("div", { class: "view" });
place.replaceChildren(h("div", { class: "console" }, nav, view));
window.addEventListener("hashchange", () => show(nav, view).then(() => view.querySelector("h1").focus({ preventScroll: true })));
await show(nav, view);
