// The charter: what is used of a person, why and for how long; and sensitive topics, with their consent.

import { call, ofPerson } from "./call.js";
import { fresh, h } from "./dom.js";

const YEAR = 365;

/** What is used, and why. */
export function charter({ transparency }) {
  const told = transparency.charter;
  return h("section", { class: "card pad stack" }, h("h2", {}, "What is used, and why"),
    h("p", {}, told.disclosure),
    h("dl", { class: "known" }, h("div", {}, h("dt", {}, "What is chosen"), h("dd", {}, told.personalised)),
      h("div", {}, h("dt", {}, "What for"), h("dd", {}, told.outcome)),
      told.contact ? h("div", {}, h("dt", {}, "Whom to ask"), h("dd", {}, told.contact)) : null),
    uses("What you do", told.events, (use) => `kept ${days(use.keep_days)}`),
    uses("What you tell", told.profile, () => "until you take it back"),
    uses("What is known of you besides", told.attributes, () => "until it is taken back"),
    uses("What comes along with what you do", told.context, () => "as long as that"),
    h("p", {}, h("a", { href: "/transparency", target: window.parent === window ? null : "_blank" }, "The whole charter, with the weights in force")));
}

function uses(title, named, kept) {
  const entries = Object.entries(named ?? {});
  if (!entries.length) return null;
  const name = (word) => word === "*" ? "Anything else" : word.replaceAll("_", " ").replaceAll(".", ": ");
  return h("details", { "data-key": `uses-${title}` }, h("summary", {}, `${title} (${entries.length})`),
    h("ul", { class: "uses" }, entries.map(([word, use]) => h("li", {}, h("strong", {}, name(word)), h("span", {}, use.why), h("small", { class: "soft" }, kept(use))))));
}

function days(count) {
  if (!count) return "no longer than needed";
  return count % YEAR === 0 ? `${count / YEAR} year${count === YEAR ? "" : "s"}` : `${count} days`;
}

/** Topics that need a permission, which can be given and withdrawn. */
export function sensitive(about) {
  const { transparency, profile, userId } = about;
  const asked = transparency.sensitive_topics.filter((each) => each.mode === "permission");
  const untaught = transparency.sensitive_topics.filter((each) => each.mode === "recommend_only");
  if (!asked.length && !untaught.length) return null;
  const allowed = profile.explicit.allowed_sensitive_topics ?? [];
  const put = (topics) => call("PATCH", ofPerson(userId, "/profile"), { body: { allowed_sensitive_topics: topics.length ? topics : null } });
  const row = (each) => {
    const [id, on] = [fresh("topic"), allowed.includes(each.topic)];
    const turn = () => put(on ? allowed.filter((one) => one !== each.topic) : [...allowed, each.topic]);
    return h("li", {}, h("div", {}, h("h3", { id }, plain(each.topic)), h("p", { class: "soft small" }, each.about)),
      h("button", { type: "button", role: "switch", class: "switch", "aria-checked": String(on), "aria-labelledby": id, "data-key": `sensitive-${each.topic}`,
        onclick: () => about.change(turn, `${plain(each.topic)}: ${on ? "no longer permitted" : "permitted"}.`, () => put(allowed)) }));
  };
  return h("section", { class: "card pad stack" }, h("h2", {}, "Sensitive topics"),
    h("p", { class: "soft" }, asked.length ? "Nothing on these is recommended or learned from unless you permit it. Withdraw that, and its influence ends."
      : "No topic here needs your permission."),
    asked.length ? h("ul", { class: "consents" }, asked.map(row)) : null,
    untaught.length ? h("p", { class: "soft small" }, `Recommended to everybody, and never learned from: ${untaught.map((each) => plain(each.topic)).join(", ")}.`) : null);
}

function plain(topic) {
  const said = topic.replaceAll("-", " ");
  return said[0].toUpperCase() + said.slice(1);
}
