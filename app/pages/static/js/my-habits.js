// When and how a person reads, as far as it is inferred.

import { h, icon, percent } from "./dom.js";
import { plot } from "./plot.js";

/** The section. */
export function habits({ profile }) {
  const { hours, formats, reading } = profile.implicit;
  if (!hours && !formats.length && !reading?.finished) return null;
  const picture = h("div");
  if (hours) drawn(picture, hours);
  return h("section", { class: "card pad stack" }, h("h2", {}, "When and how"),
    hours ? picture : null,
    formats.length ? h("ul", { class: "counts" }, formats.slice(0, 6).map((each) => h("li", {}, h("span", {}, each.format),
      h("span", { class: "bar", vars: { "--share": each.share } }, h("span")), h("strong", {}, percent(each.share))))) : null,
    reading?.finished ? h("p", { class: "row nowrap" }, icon("check"), h("span", {}, `You finish ${percent(reading.completion)} of what you open`,
      reading.words_per_minute ? `, at ${Math.round(reading.words_per_minute)} words a minute.` : ".")) : null);
}

async function drawn(place, hours) {
  const labels = hours.shares.map((_, hour) => `${String(hour).padStart(2, "0")}:00`);
  const width = Math.max(300, Math.min(560, document.documentElement.clientWidth - 80));
  const spec = { kind: "bar", title: `The hours of your day (${hours.time_zone})`, labels, unit: "percent", width, height: 190,
    series: [{ name: "Share", values: hours.shares }] };
  try {
    place.replaceChildren(await plot(spec));
  } catch (error) {
    place.replaceChildren(h("p", { class: "soft" }, error.message));
  }
}
