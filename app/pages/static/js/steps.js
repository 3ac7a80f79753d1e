// What a person did on this page, each of which can be taken back.

import { call, ofPerson } from "./call.js";
import { fresh } from "./dom.js";

const SAID = {
  like: "liked",
  dislike: "disliked",
  save: "saved",
  dismiss: "dismissed",
  more_like_this: "want more like",
  less_like_this: "want less like",
};

const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1)}.`;

/** Steps of one person, the latest first. */
export class Steps {
  list = [];

  constructor(userId) {
    this.userId = userId;
  }

  /** Tell the service of one; it counts from the next answer on. */
  async take(item, type, recommendationId) {
    const event = { event_id: fresh("page"), user_id: this.userId, item_id: item.item_id, type, recommendation_id: recommendationId };
    if (item.rank) event.position = item.rank;
    const told = await call("POST", "/events", { body: event });
    const result = told.results[0];
    if (result.status === "ignored") return { ignored: sentence(result.message ?? "nothing is learned of you: this does not count") };
    if (result.status !== "accepted") throw new Error(result.message ?? `The service answered: ${result.status}.`);
    const step = { eventId: event.event_id, type, said: SAID[type], title: item.title, itemId: item.item_id };
    this.list.unshift(step);
    return step;
  }

  /** Take one back, with all that it brought about. */
  async undo(step) {
    await call("DELETE", ofPerson(this.userId, `/events/${encodeURIComponent(step.eventId)}`));
    this.list = this.list.filter((each) => each !== step);
  }
}
