-- What a person spoke against in the quarter and was served something after: items (any negative event), topics muted,
-- topics of which less was asked. An item or muted topic that is not served again counts as kept; so does a topic whose
-- share of what is served is smaller after than before. Who took a wish back is not counted for it.
WITH shown AS (
    SELECT user_id, item_id, topic, served_at FROM served WHERE user_id IS NOT NULL AND served_at < $end
),
latest AS (SELECT user_id, max(served_at) AS served_at FROM shown GROUP BY user_id),
items AS (
    SELECT against.user_id, coalesce(again.served_at <= against."at", true) AS kept
    FROM (
        SELECT user_id, item_id, min(occurred_at) AS "at" FROM events
        WHERE polarity < 0 AND occurred_at >= $first AND occurred_at < $end GROUP BY user_id, item_id
    ) AS against
    JOIN latest ON latest.user_id = against.user_id AND latest.served_at > against."at"
    LEFT JOIN (SELECT user_id, item_id, max(served_at) AS served_at FROM shown GROUP BY user_id, item_id) AS again
        ON again.user_id = against.user_id AND again.item_id = against.item_id
),
wishes AS (
    SELECT user_id, subject, arg_max(action, "at") AS action, max("at") AS "at" FROM controls
    WHERE subject IS NOT NULL AND "at" >= $first AND "at" < $end GROUP BY user_id, subject
),
shares AS (
    SELECT
        wishes.user_id, wishes.subject, any_value(wishes.action) AS action,
        count(*) FILTER (shown.served_at > wishes."at") AS after,
        count(*) FILTER (shown.served_at > wishes."at" AND shown.topic = wishes.subject) AS topic_after,
        count(*) FILTER (shown.served_at <= wishes."at") AS before,
        count(*) FILTER (shown.served_at <= wishes."at" AND shown.topic = wishes.subject) AS topic_before
    FROM wishes JOIN shown USING (user_id)
    WHERE wishes.action IN ('mute', 'less_of') GROUP BY wishes.user_id, wishes.subject
),
topics AS (
    SELECT user_id, topic_after = 0 AS kept FROM shares WHERE action = 'mute' AND after > 0
    UNION ALL
    SELECT user_id, topic_after / after < topic_before / before FROM shares
    WHERE action = 'less_of' AND after > 0 AND topic_before > 0
)
SELECT user_id, count(*) FILTER (kept)::DOUBLE AS numerator, count(*)::DOUBLE AS denominator
FROM (SELECT * FROM items UNION ALL SELECT * FROM topics)
GROUP BY user_id
