-- Mean over people of the mean over their answers: the mean of 1 - cosine over all pairs of the slate's items.
WITH person AS (
    SELECT bucket, coalesce(user_id, recommendation_id) AS person, avg(diversity) AS diversity, count(*) AS answers
    FROM period_answers WHERE diversity IS NOT NULL GROUP BY ALL
)
SELECT bucket, avg(diversity) AS value, NULL::DOUBLE AS numerator, sum(answers)::DOUBLE AS denominator,
    count(*) AS people
FROM person GROUP BY bucket
