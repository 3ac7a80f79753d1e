-- Why events do not leave; each is counted once, by the first reason.
SELECT
    CASE
        WHEN events.forgotten_by IS NOT NULL THEN 'forgotten'
        WHEN users.personalization IS FALSE THEN 'personalization is off'
        WHEN leaving_types.code IS NULL THEN 'type not declared'
        WHEN events.occurred_at < make_timestamp(leaving_types.since) THEN 'older than the charter keeps'
        WHEN events.awaiting_item THEN 'item did not come yet'
        WHEN sensitive_items.item_id IS NOT NULL THEN 'item on a sensitive topic'
        ELSE 'item not built into an index that was exported'
    END AS reason,
    count(*) AS events
FROM events
LEFT JOIN leaving_types ON leaving_types.code = events.type
LEFT JOIN cleared_items ON cleared_items.item_id = events.item_id
LEFT JOIN sensitive_items ON sensitive_items.item_id = events.item_id
LEFT JOIN aliases ON aliases.alias = events.user_id
LEFT JOIN users ON users.user_id = coalesce(aliases.user_id, events.user_id)
WHERE events.forgotten_by IS NOT NULL
    OR users.personalization IS FALSE
    OR leaving_types.code IS NULL
    OR events.occurred_at < make_timestamp(leaving_types.since)
    OR events.awaiting_item
    OR cleared_items.item_id IS NULL
GROUP BY reason ORDER BY reason
