-- The events that count, with the weight that each has before it fades, a dwell by its seconds alone. `signs` says in bits
-- what it is: 1 an impression, 2 a click, 4 for an item, 8 against one.
CREATE TEMP VIEW events AS
SELECT
    logged.event_id, logged.user_id, logged.item_id, kinds.type, kinds.polarity, kinds.signs,
    CASE WHEN kinds.whole IS NULL OR logged.value IS NULL THEN kinds.weight
        ELSE kinds.weight * least(greatest(logged.value / kinds.whole, 0), 1) END AS weight,
    logged.sequence, logged.value, logged.occurred_at, logged.received_at, logged.recommendation_id, logged.position
FROM {store}.events AS logged JOIN event_types AS kinds ON kinds.code = logged.type
WHERE logged.forgotten_by IS NULL AND logged.sequence > {events_before}
