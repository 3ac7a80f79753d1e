-- Every slot of these answers, and what came of it within the window of attribution.
CREATE TEMP TABLE slots AS
SELECT slot.bucket, slot.answer, slot.person, items.item, topics.topic, slot.labelled, slot.exploration,
    coalesce(seen, false) AS seen, coalesce(clicked, false) AS clicked, coalesce(engaged, false) AS engaged,
    coalesce(opposed, false) AS opposed, engaged_at
FROM (
    SELECT kept.bucket, kept.answer, kept.person, unnest(logged.item_ids) AS item_id, unnest(logged.topics) AS topic_id,
        unnest(logged.label_kinds) IS NOT NULL AS labelled, unnest(logged.explorations) AS exploration
    FROM answers AS logged JOIN period_answers AS kept ON kept.recommendation_id = logged.recommendation_id
        AND kept.served_at = logged.served_at AND kept.user_id IS NOT DISTINCT FROM logged.user_id
    WHERE logged.served_at >= $first AND logged.served_at < $after
) AS slot
    LEFT JOIN items USING (item_id)
    LEFT JOIN topics USING (topic_id)
    LEFT JOIN reactions ON reactions.answer = slot.answer AND reactions.item = items.item
