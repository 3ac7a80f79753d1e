-- The events that count and are of a declared type, with the weight that each has before it fades, seconds by themselves
-- alone. Of a rating the value tells on which side it stands: for the item (0), against it (1) or neither (2). `signs` says
-- in bits what it is: 1 an impression, 2 an opening, 4 for an item, 8 against one.
CREATE TEMP VIEW events AS
SELECT
    logged.event_id, logged.user_id, logged.item_id, kinds.type, kinds.polarity, kinds.signs,
    CASE WHEN kinds.whole IS NULL OR logged.value IS NULL THEN kinds.weight
        ELSE kinds.weight * least(greatest((logged.value - kinds.nothing) / (kinds.whole - kinds.nothing), 0), 1)
    END AS weight,
    logged.sequence, logged.value, logged.occurred_at, logged.received_at, logged.recommendation_id, logged.position,
    logged.context
FROM {store}.events AS logged JOIN signals AS kinds ON kinds.code = logged.type AND kinds.side = CASE
    WHEN kinds.neutral IS NULL OR logged.value IS NULL OR logged.value > kinds.neutral THEN 0
    WHEN logged.value < kinds.neutral THEN 1 ELSE 2 END
WHERE logged.forgotten_by IS NULL AND logged.sequence > {events_before}
