// The weights and floors of a policy as a form: what differs from the policy in force is what is tried.

import { h } from "./dom.js";
import { field, number } from "./console-parts.js";

/** Group, name, title, step and largest value of the slider; a number may be larger where it need not be a share. */
const SHOWN = [
  ["Weights", "weights", [
    ["similarity", "Likeness to everything done", 0.05, 3], ["interest", "Likeness within the topic", 0.05, 3],
    ["session", "Likeness to just now", 0.05, 3], ["popularity", "Popularity", 0.01, 1], ["recency", "Recency", 0.01, 1],
    ["format", "Format", 0.01, 1], ["stated", "Stated preference", 0.01, 1]]],
  ["Floors and caps", "floors", [
    ["exploration_share", "Exploration, at least", 0.05, 1], ["recency_share", "Recent items, at least", 0.05, 1],
    ["topic_cap_share", "One topic, at most", 0.05, 1], ["provider_cap_share", "One provider, at most", 0.05, 1]]],
  ["Variety", "variety", [
    ["diversity", "Weight of diversity", 0.05, 2], ["calibration", "Weight of calibration", 0.05, 2]]],
];

/** The form of `values`, settings of a policy; `overrides()` tells what differs from them, `reset()` takes it back. */
export function settingsForm(values) {
  const inputs = [];
  const groups = SHOWN.map(([title, group, entries]) => h("fieldset", { class: "settings" }, h("legend", {}, title),
    entries.map(([name, label, step, largest]) => row(values[group], { group, name, label, step, largest }, inputs))));
  const overrides = () => {
    const found = {};
    for (const { group, name, input, before } of inputs) {
      if (Number(input.value) !== before) (found[group] ??= {})[name] = Number(input.value);
    }
    return found;
  };
  const set = (wanted) => inputs.forEach(({ group, name, before, put }) => put(wanted[group]?.[name] ?? before));
  return { element: h("div", { class: "settings-form" }, groups), overrides, set, reset: () => set({}) };
}

function row(values, { group, name, label, step, largest }, inputs) {
  const before = values[name];
  const about = { type: "number", min: 0, step: "any", value: before, required: true, class: "amount" };
  const [labelled, input] = field(label, about, `in force ${number(before)}`);
  const slider = h("input", { type: "range", min: 0, max: Math.max(largest, before), step, value: before, "aria-label": `${label}, slider` });
  const line = h("div", { class: "setting" }, labelled, slider);
  const changed = () => line.classList.toggle("changed", Number(input.value) !== before);
  const put = (value) => { input.value = value; slider.value = value; changed(); };
  slider.addEventListener("input", () => { input.value = slider.value; changed(); });
  input.addEventListener("input", () => { slider.value = input.value; changed(); });
  inputs.push({ group, name, input, before, put });
  return line;
}

/** What differs, setting by setting. */
export function differences(changes) {
  const entries = Object.entries(changes);
  return entries.length ? h("ul", { class: "changes" }, entries.map(([name, { before, after }]) =>
    h("li", {}, h("code", {}, name), ` ${text(before)} → `, h("strong", {}, text(after))))) : null;
}

const text = (value) => typeof value === "number" ? number(value) : JSON.stringify(value);
