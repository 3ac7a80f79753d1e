-- Median over people, in seconds, of the median over their answers that were engaged with: from the answer to the first
-- positive event on what it held.
WITH engaged AS (
    SELECT answer, item, any_value(answers.served_at) AS served_at, min(occurred_at) AS engaged_at
    FROM (
        SELECT answers.answer, hash(item_id) AS item, answers.served_at, occurred_at
        FROM events JOIN (SELECT key, answer, served_at FROM period_answers) AS answers
            ON answers.key = hash(events.recommendation_id, events.user_id)
        WHERE polarity > 0 AND occurred_at < answers.served_at + to_seconds($window)
    ) AS answers
    GROUP BY answer, item
),
answer AS (
    SELECT bucket, person, epoch(min(engaged_at - served_at)) AS seconds
    FROM slots JOIN engaged USING (answer, item) WHERE signs & 4 = 4 AND engaged_at >= served_at
    GROUP BY bucket, person, answer
),
person AS (
    SELECT bucket, person, median(seconds) AS seconds, count(*) AS answers FROM answer GROUP BY bucket, person
)
SELECT bucket, median(seconds) AS value, NULL::DOUBLE AS numerator, sum(answers)::DOUBLE AS denominator,
    count(*) AS people
FROM person GROUP BY bucket
