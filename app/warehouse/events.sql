-- Events that may leave, of one span of the log. What was forgotten, of who opted out, too old, or on what is sensitive, may not.
SELECT
    events.sequence, events.event_id, coalesce(aliases.user_id, events.user_id) AS user_id, events.item_id,
    leaving_types.name AS type, events.value, events.occurred_at, events.received_at, events.recommendation_id,
    events.position, {context} AS context
FROM events
JOIN leaving_types ON leaving_types.code = events.type
JOIN cleared_items ON cleared_items.item_id = events.item_id
LEFT JOIN aliases ON aliases.alias = events.user_id
LEFT JOIN users ON users.user_id = coalesce(aliases.user_id, events.user_id)
WHERE events.sequence BETWEEN $first AND $last
    AND events.forgotten_by IS NULL
    AND events.awaiting_item IS NOT TRUE
    AND users.personalization IS NOT FALSE
    AND events.occurred_at >= make_timestamp(leaving_types.since)
