// One person by their id: what is held of them, what was inferred from what, and what they decided.

import { call, ofPerson } from "./call.js";
import { h } from "./dom.js";
import { empty, facts, field, form, mark, moment, number, panel, put, share, signed, table, to } from "./console-parts.js";

export async function people(place, query) {
  const [who, person] = field("Person", { required: true, value: query.get("user") ?? "", autocomplete: "off", spellcheck: "false" },
    "their id, as your events name them");
  const asked = form({ "aria-label": "Look up a person" }, [who], "Look up", async (out) => {
    const userId = person.value.trim();
    const [profile, decided] = await Promise.all([call("GET", ofPerson(userId, "/profile")), call("GET", ofPerson(userId, "/controls"))]);
    history.replaceState(null, "", `#/people?${new URLSearchParams({ user: userId })}`);
    put(out, profile.known ? held(profile, decided.actions) : [unknown(userId)]);
  });
  asked.out.append(empty("Name a person to see what is held of them.", "Whoever looks is noted in the audit log."));
  put(place, panel("Person", asked.element), asked.out);
  if (person.value) await asked.send();
}

const unknown = (userId) => empty(`Nothing is held of ${userId}.`, "They would get what newcomers get: ",
  to("inspector", { user: userId }, "inspect that slate"), ".");

function held(profile, actions) {
  const { implicit, signals, freshness } = profile;
  const userId = profile.user_id;
  return [
    panel(userId, { beside: h("div", { class: "row" }, to("inspector", { user: userId }, "Inspect their slate"),
      h("a", { href: `/#${new URLSearchParams({ user: userId })}` }, "See their page")) },
    facts([
      ["Personalisation", mark(profile.personalization ? "on" : "off", profile.personalization ? "good" : "bad")],
      ["Resets", number(profile.epoch)],
      ["Events", `${number(signals.positive)} for, ${number(signals.neutral)} neutral, ${number(signals.negative)} against`],
      ["First event", moment(freshness.oldest_event)], ["Last event", moment(freshness.newest_event)],
      ["Half-lives", `${freshness.half_life_positive_days} days for, ${freshness.half_life_negative_days} against`],
    ])),
    panel("Interests", implicit.topics.length ? table("Topics of interest", [
      { title: "Topic", value: (row) => row.name ?? row.topic, show: (row) => [row.name ?? row.topic, row.established ? mark("established") : null] },
      { title: "Share", value: (row) => row.share, number: true,
        show: (row) => [share(row.share), h("span", { class: "bar", "aria-hidden": "true" }, h("span", { vars: { "--share": row.share } }))] },
      { title: "Trend of 30 days", value: (row) => row.trend, number: true, show: (row) => row.trend === null ? "–" : signed(row.trend, share) },
      { title: "Events", value: (row) => row.events, number: true },
      { title: "Strongest", value: (row) => row.evidence[0]?.title ?? "", show: (row) => row.evidence[0] ? `${row.evidence[0].event}: ${row.evidence[0].title}` : "–", wide: true },
      { title: "Faded at", value: (row) => row.faded_at, show: (row) => moment(row.faded_at) },
    ], implicit.topics) : empty("Nothing was inferred.", profile.personalization ? "Positive events on items would tell." : "Personalisation is off.")),
    h("div", { class: "sides two" },
      panel("Formats", implicit.formats.length ? table("Formats", [
        { title: "Format", value: (row) => row.format }, { title: "Share", value: (row) => row.share, show: (row) => share(row.share), number: true },
        { title: "Events", value: (row) => row.events, number: true }], implicit.formats) : empty("None yet.")),
      panel("Events by type", table("Events by type", [
        { title: "Type", value: (row) => row[0].replaceAll("_", " ") }, { title: "Events", value: (row) => row[1], number: true },
      ], Object.entries(signals.by_type), { sort: [1, true] }))),
    panel("Stated", Object.keys(profile.explicit).length ? stated(profile.explicit) : empty("They stated nothing.")),
    panel("Spoken against", profile.negative.evidence.length ? table("Negative events", [
      { title: "Item", value: (row) => row.title }, { title: "Event", value: (row) => row.event },
      { title: "When", value: (row) => row.occurred_at, show: (row) => moment(row.occurred_at) },
      { title: "Weight now", value: (row) => row.weight_now, show: (row) => number(row.weight_now), number: true },
    ], profile.negative.evidence) : empty("Nothing.")),
    panel("What they decided", actions.length ? table("Decisions", [
      { title: "When", value: (row) => row.at, show: (row) => moment(row.at) }, { title: "What", value: (row) => row.action.replaceAll("_", " ") },
      { title: "Detail", value: (row) => JSON.stringify(row.detail ?? {}), show: (row) => h("code", {}, JSON.stringify(row.detail ?? {})) },
    ], actions) : empty("They have decided nothing about their data.")),
  ];
}

const stated = (explicit) => facts(Object.entries(explicit).map(([name, value]) => [name.replaceAll("_", " "),
  typeof value === "string" ? value : Array.isArray(value) ? value.join(", ") : h("code", {}, JSON.stringify(value))]));
