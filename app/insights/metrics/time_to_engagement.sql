-- Median over people, in seconds, of the median over their answers that were engaged with: from the answer to the first
-- positive event on what it held.
WITH engaged AS (
    SELECT slots.bucket, slots.person, slots.answer, engaged_at - served_at AS duration
    FROM slots JOIN period_answers USING (answer) WHERE engaged AND engaged_at >= served_at
),
answer AS (
    SELECT bucket, person, epoch(min(duration)) AS seconds FROM engaged GROUP BY bucket, person, answer
),
person AS (
    SELECT bucket, person, median(seconds) AS seconds, count(*) AS answers FROM answer GROUP BY bucket, person
)
SELECT bucket, median(seconds) AS value, NULL::DOUBLE AS numerator, sum(answers)::DOUBLE AS denominator,
    count(*) AS people
FROM person GROUP BY bucket
