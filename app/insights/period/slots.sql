-- Every slot of these answers, and what came of it within the window of attribution.
CREATE TEMP TABLE slots AS
SELECT slot.*, coalesce(seen, false) AS seen, coalesce(clicked, false) AS clicked, coalesce(engaged, false) AS engaged,
    coalesce(opposed, false) AS opposed, engaged_at
FROM (
    SELECT bucket, recommendation_id, user_id, served_at, generate_subscripts(item_ids, 1) AS position,
        unnest(item_ids) AS item_id, unnest(topics) AS topic, unnest(label_kinds) AS label_kind,
        unnest(explorations) AS exploration
    FROM period_answers
) AS slot LEFT JOIN reactions USING (recommendation_id, item_id)
