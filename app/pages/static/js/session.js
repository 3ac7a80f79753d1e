// Who is at this page: whoever sits at the machine, an operator, or a person; in a frame, whom the page around it names.

import { call, speakAs } from "./call.js";
import { fresh, h, icon, notice } from "./dom.js";

const WAIT_MS = 10_000;
const THEMES = ["page", "card", "text", "soft", "accent", "on-accent", "font", "radius"];

/** Resolves with what `/session` says of who is here; where nobody is, asks in `place` until somebody is. */
export async function session(place, { operators = false } = {}) {
  const embedders = (document.body.dataset.embedders ?? "").split(" ").filter(Boolean);
  if (window.parent !== window) {
    document.documentElement.classList.add("embedded");
    await tokenFrom(embedders);
  }
  const found = await call("GET", "/session");
  const enough = found.kind !== null && (!operators || found.kind !== "user");
  const who = enough ? found : await signIn(place, operators);
  account(who);
  return who;
}

/** The person whom the page is about: their token's, or the one that was chosen and stands in the address. */
export function chosen(who) {
  return who.user_id ?? new URLSearchParams(location.hash.slice(1)).get("user");
}

/** Choose a person; the part of an address behind # is never sent to a server. */
export function choose(userId) {
  location.hash = userId === null ? "" : new URLSearchParams({ user: userId }).toString();
}

/** Let the links between the pages keep the person who was chosen. */
export function linkPages() {
  for (const link of document.querySelectorAll(".top nav a, .brand")) {
    if (["/", "/me"].includes(link.pathname)) link.hash = location.hash;
  }
}

function account(who) {
  const place = document.getElementById("account");
  const names = { keyless: "This machine", operator: "Operator", user: who.user_id };
  const out = who.kind === "keyless" ? null
    : h("button", { type: "button", class: "button plain small", onclick: signOut }, "Sign out");
  place.replaceChildren(...[h("span", { class: "chip" }, icon("person"), names[who.kind]), out].filter(Boolean));
  const nav = document.querySelector(".top nav");
  if (who.kind === "user" || nav.querySelector("[href='/console']")) return;
  nav.append(h("a", { href: "/console", "aria-current": location.pathname === "/console" ? "page" : null }, "Console"));
}

async function signOut() {
  await call("DELETE", "/session");
  speakAs(null);
  location.reload();
}

function signIn(place, operators) {
  return new Promise((resolve) => {
    const id = fresh("key");
    const input = h("input", { type: "password", id, name: "key", autocomplete: "off", required: true, spellcheck: "false" });
    const said = h("div");
    const taken = operators ? "An operator's key" : "An operator's key, or your own token";
    const form = h("form", { class: "card pad stack sign-in" },
      h("h1", {}, "Sign in"),
      h("p", { class: "lead" }, `${taken}. It is exchanged for a cookie that ends soon, and is kept nowhere on this page.`),
      h("label", { class: "field", for: id }, operators ? "Key" : "Key or token", input),
      said, h("div", {}, h("button", { class: "button" }, "Sign in")));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      try {
        resolve(await exchanged(input.value.trim(), operators));
      } catch (error) {
        said.replaceChildren(notice(error));
        input.focus();
      }
    });
    place.replaceChildren(form);
    input.focus();
  });
}

async function exchanged(shown, operators) {
  const headers = shown.startsWith("penchant_") ? { "X-API-Key": shown } : { Authorization: `Bearer ${shown}` };
  const told = await call("POST", "/session", { headers });
  if (operators && told.kind === "user") throw new Error("This page takes an operator's key.");
  if ((await call("GET", "/session")).kind === null) {
    throw new Error("The browser did not keep the cookie: this address needs https.");
  }
  return told;
}

/** In a frame the page around hands the token over, again whenever it is asked to; it is kept in memory only. */
async function tokenFrom(embedders) {
  window.addEventListener("message", (event) => {
    if (event.source === window.parent && embedders.includes(event.origin)) theme(event.data?.theme);
  });
  const asked = () => new Promise((resolve) => {
    const over = setTimeout(() => resolve(false), WAIT_MS);
    window.addEventListener("message", function taken(event) {
      const good = event.source === window.parent && embedders.includes(event.origin) && typeof event.data?.token === "string";
      if (!good) return;
      clearTimeout(over);
      window.removeEventListener("message", taken);
      speakAs(event.data.token, asked);
      resolve(true);
    });
    window.parent.postMessage({ penchant: "token" }, "*");
  });
  await asked();
  const told = () => window.parent.postMessage({ penchant: "height", height: document.documentElement.scrollHeight }, "*");
  new ResizeObserver(told).observe(document.body);
}

/** Colours, font and corners as the page around has them. */
function theme(given) {
  for (const name of THEMES) {
    const value = given?.[name];
    if (typeof value === "string" && !/url\(/i.test(value)) document.documentElement.style.setProperty(`--penchant-${name}`, value);
  }
}

// The address says who is looked at, so the link past the navigation leaves it alone.
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  document.getElementById("main").focus();
});
