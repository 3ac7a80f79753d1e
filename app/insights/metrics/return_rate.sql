-- Of the people who came in the period, the share who came again on one of the $days days after their first day; only
-- those of whom these days are over.
WITH came AS (SELECT bucket, person, min(served_at)::DATE AS day FROM period_answers
    WHERE person IS NOT NULL GROUP BY bucket, person),
person AS (
    SELECT came.bucket, came.person, count(visits.day) > 0 AS returned
    FROM came LEFT JOIN visits ON visits.person = came.person
        AND visits.day > came.day AND visits.day <= came.day + $days::INTEGER
    WHERE came.day + $days::INTEGER < $now::DATE
    GROUP BY came.bucket, came.person
)
SELECT bucket, count_if(returned) / count(*) AS value, count_if(returned) AS numerator, count(*) AS denominator,
    count(*) AS people
FROM person GROUP BY bucket
