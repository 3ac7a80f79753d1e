-- Of the people who came in the period, the share who came again on one of the $days days after their first day; only
-- those of whom these days are over.
WITH came AS (SELECT bucket, user_id, min(served_at)::DATE AS day FROM period_answers
    WHERE user_id IS NOT NULL GROUP BY bucket, user_id),
visits AS (SELECT DISTINCT user_id, served_at::DATE AS day FROM answers WHERE user_id IS NOT NULL),
person AS (
    SELECT came.bucket, came.user_id, count(visits.day) > 0 AS returned
    FROM came LEFT JOIN visits ON visits.user_id = came.user_id
        AND visits.day > came.day AND visits.day <= came.day + $days::INTEGER
    WHERE came.day + $days::INTEGER < $now::DATE
    GROUP BY came.bucket, came.user_id
)
SELECT bucket, count_if(returned) / count(*) AS value, count_if(returned) AS numerator, count(*) AS denominator,
    count(*) AS people
FROM person GROUP BY bucket
