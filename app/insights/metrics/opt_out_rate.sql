-- Of the people who came in the period, the share who then switched personalisation off within it.
WITH came AS (
    SELECT bucket, user_id, min(served_at) AS first FROM period_answers WHERE user_id IS NOT NULL GROUP BY bucket, user_id
),
person AS (
    SELECT bucket, came.user_id, count(controls.at) > 0 AS done
    FROM came LEFT JOIN controls ON controls.user_id = came.user_id AND controls.action = 'opt_out'
        AND controls.at >= came.first AND controls.at < $after
    GROUP BY bucket, came.user_id
)
SELECT bucket, count_if(done) / count(*) AS value, count_if(done) AS numerator, count(*) AS denominator,
    count(*) AS people
FROM person GROUP BY bucket
