-- Median over people, in seconds, of the median over their answers that were engaged with: from the answer to the first
-- positive event on what it held.
WITH answer AS (
    SELECT bucket, user_id, epoch(min(engaged_at) - any_value(served_at)) AS seconds
    FROM slots WHERE engaged AND engaged_at >= served_at GROUP BY bucket, user_id, recommendation_id
),
person AS (
    SELECT bucket, user_id, median(seconds) AS seconds, count(*) AS answers FROM answer GROUP BY bucket, user_id
)
SELECT bucket, median(seconds) AS value, NULL::DOUBLE AS numerator, sum(answers)::DOUBLE AS denominator,
    count(*) AS people
FROM person GROUP BY bucket
