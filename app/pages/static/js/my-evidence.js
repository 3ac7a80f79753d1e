// What a person did that weighs most, for and against, each of which may not have been them.

import { call, ofPerson } from "./call.js";
import { confirmed, h, percent, span } from "./dom.js";

const NAMES = { impression: "shown", click: "opened", like: "liked", dislike: "disliked", save: "saved", share: "shared", complete: "finished",
  dwell: "spent time on", dismiss: "dismissed", more_like_this: "wanted more like", less_like_this: "wanted less like", report: "reported" };
const MOST = 8;

/** The section. */
export function evidence(about) {
  const { profile, transparency } = about;
  const types = Object.entries(profile.signals.by_type);
  if (!types.length) return null;
  const total = types.reduce((sum, [, count]) => sum + count, 0);
  const polarity = (type) => transparency.events.signals[type]?.polarity ?? transparency.events.types?.[type]?.polarity ?? 0;
  const against = profile.negative.evidence.slice(0, MOST);
  const { session } = profile.implicit;
  const named = new Map(about.topics.map((each) => [each.topic, each.name]));
  return h("section", { class: "card pad stack" }, h("h2", {}, "What you did"),
    h("ul", { class: "counts" }, types.toSorted(([, one], [, other]) => other - one).map(([type, count]) =>
      h("li", { class: polarity(type) < 0 ? "against" : null }, h("span", {}, verb(type)),
        h("span", { class: "bar", vars: { "--share": count / total } }, h("span")), h("strong", {}, String(count))))),
    session ? h("p", { class: "soft small" }, `Just now you are after ${session.topics.map((each) => `${named.get(each.topic) ?? each.topic} (${percent(each.share)})`).join(", ")}; that fades in minutes.`) : null,
    against.length ? h("div", { class: "stack tight" }, h("h3", {}, "What you spoke against"),
      h("ul", { class: "events" }, against.map((event) => eventRow(about, event)))) : null);
}

/** One event, and the way to say that it was somebody else's. */
export function eventRow(about, event) {
  const { userId, profile } = about;
  const gone = async () => {
    const sure = await confirmed("This was not me", `"${verb(event.event)} ${event.title}" is deleted for good, and with it all that it brought about.`, "Delete it");
    if (sure) about.change(() => call("DELETE", ofPerson(userId, `/events/${encodeURIComponent(event.event_id)}`)), "Deleted: it was not you.");
  };
  return h("li", {}, h("span", {}, `${verb(event.event)} `, h("strong", {}, event.title),
    h("small", { class: "soft" }, ` ${span(event.occurred_at, profile.freshness.as_of)} ago, counts ${percent(event.weight_now)}`)),
  event.event_id ? h("button", { type: "button", class: "button plain small", "aria-label": `This was not me: ${verb(event.event)} ${event.title}`, onclick: gone },
    "Not me") : null);
}

function verb(type) {
  const said = NAMES[type] ?? type.replaceAll("_", " ");
  return said[0].toUpperCase() + said.slice(1);
}
