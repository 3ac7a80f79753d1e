-- Every slot of these answers, and what came of it within the window of attribution: `signs`, as events have them.
CREATE TEMP TABLE slots AS
SELECT bucket, answer, person, item, topic, labelled, exploration, coalesce(signs, 0)::UTINYINT AS signs
FROM (
    SELECT bucket, answer, person, labelled, exploration, hash(item_id) AS item, xor(key, item) AS slot,
        CASE WHEN topic_id IS NOT NULL THEN hash(topic_id) END AS topic
    FROM (
        SELECT kept.key, kept.bucket, kept.answer, kept.person, unnest(logged.item_ids) AS item_id,
            unnest(logged.topics) AS topic_id, unnest(logged.label_kinds) IS NOT NULL AS labelled,
            unnest(logged.explorations) AS exploration
        FROM answers AS logged JOIN period_answers AS kept ON kept.key = hash(logged.recommendation_id, logged.user_id)
        WHERE logged.served_at >= $first AND logged.served_at < $after
    )
) LEFT JOIN reactions USING (slot)
