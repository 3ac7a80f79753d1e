-- One row a slot: what stood where in which answer. Served is not seen: what was seen, events say.
CREATE TEMP VIEW served AS
SELECT
    recommendation_id, user_id, served_at, page, scenario, snapshot, policy, experiment, variant, personalized, machine,
    generate_subscripts(item_ids, 1) AS position,
    unnest(item_ids) AS item_id,
    unnest(topics) AS topic,
    unnest(providers) AS provider,
    unnest(sources) AS source,
    unnest(label_kinds) AS label_kind,
    unnest(explorations) AS exploration,
    unnest(propensities) AS propensity,
    unnest(scores) AS score,
    unnest(teams) AS team
FROM answers
