-- What came of what was served: events that name the answer, by person and item, within the window of attribution.
-- `position` is where the item stood, and `told_position` what the event said.
CREATE TEMP VIEW outcomes AS
SELECT
    events.event_id, events.user_id, events.item_id, events.type, events.polarity, events.signs, events.weight, events.value,
    events.occurred_at, events.received_at, events.context, events.position AS told_position,
    served.* EXCLUDE (user_id, item_id)
FROM events JOIN served USING (recommendation_id, user_id, item_id)
WHERE events.occurred_at < served.served_at + to_seconds({window})
