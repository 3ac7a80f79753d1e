-- Of the slates that an experiment drafted from two policies, machines aside: what people took up, by person and by the
-- policy that brought it; `first_at` is when the person was first served one.
WITH persons AS (SELECT user_id FROM people WHERE NOT machine),
slots AS (
    SELECT user_id, any_value(team) AS team, bool_or(polarity > 0) AS engaged, bool_or(signs & 2 = 2) AS clicked
    FROM outcomes WHERE experiment = $experiment AND team IS NOT NULL GROUP BY user_id, recommendation_id, item_id
),
credits AS (
    SELECT user_id,
        count(*) FILTER (engaged AND team = 0) AS engaged_first, count(*) FILTER (engaged AND team = 1) AS engaged_second,
        count(*) FILTER (clicked AND team = 0) AS clicked_first, count(*) FILTER (clicked AND team = 1) AS clicked_second
    FROM slots GROUP BY user_id
),
served_to AS (
    SELECT user_id, min(served_at) AS first_at,
        count(*) FILTER (team = 0) AS served_first, count(*) FILTER (team = 1) AS served_second
    FROM served WHERE experiment = $experiment AND team IS NOT NULL AND user_id IS NOT NULL GROUP BY user_id
)
SELECT user_id, first_at, served_first, served_second,
    coalesce(engaged_first, 0) AS engaged_first, coalesce(engaged_second, 0) AS engaged_second,
    coalesce(clicked_first, 0) AS clicked_first, coalesce(clicked_second, 0) AS clicked_second
FROM served_to SEMI JOIN persons USING (user_id) LEFT JOIN credits USING (user_id)
ORDER BY user_id
