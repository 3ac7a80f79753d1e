-- First pages of the period that name a person, with how exploration drew and what came of them. `aside` says why one is
-- no record: what a person did may rest on what was drawn for them before on the same snapshot, since the same random
-- numbers are drawn from then on.
CREATE TEMP TABLE draws AS
WITH pages AS (
    SELECT *,
        rank() OVER (PARTITION BY user_id, snapshot, drawn IS NULL ORDER BY served_at) AS turn,
        count(*) OVER (PARTITION BY user_id, snapshot, drawn IS NULL, served_at) AS at_once
    FROM answers WHERE user_id IS NOT NULL AND page = 1 AND served_at < $end
),
slots AS (
    SELECT recommendation_id, item_id,
        bool_or(signs & 2 = 2) AS clicked,
        bool_or(polarity > 0) AS engaged,
        bool_or(polarity > 0 AND exploration) AS explored,
        bool_or(polarity < 0) AS opposed
    FROM outcomes WHERE served_at >= $first AND served_at < $end GROUP BY recommendation_id, item_id
),
rewards AS (
    SELECT recommendation_id, sum(engaged::INTEGER) AS engaged, sum(clicked::INTEGER) AS clicked,
        sum(explored::INTEGER) AS explored, sum(opposed::INTEGER) AS opposed
    FROM slots GROUP BY recommendation_id
)
SELECT
    pages.user_id, pages.policy, pages.served_at, pages.drawn, pages.draw_levels, pages.draw_touched,
    pages.draw_successes, pages.draw_failures, pages.draw_ignored,
    coalesce(engaged, 0)::DOUBLE AS engaged, coalesce(clicked, 0)::DOUBLE AS clicked,
    coalesce(explored, 0)::DOUBLE AS explored, coalesce(opposed, 0)::DOUBLE AS opposed,
    CASE
        WHEN pages.machine OR people.machine THEN 'machines'
        WHEN NOT personalized THEN 'not_personalized'
        WHEN drawn IS NULL THEN 'without_a_draw'
        WHEN turn > 1 THEN 'drawn_before'
        WHEN at_once > 1 THEN 'drawn_at_one_moment'
    END AS aside
FROM pages LEFT JOIN people USING (user_id) LEFT JOIN rewards USING (recommendation_id)
WHERE pages.served_at >= $first
