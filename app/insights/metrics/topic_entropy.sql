-- Mean over people of the entropy, in bits, of the topics of what they were served: with c slots of a topic among n,
-- - sum c/n log2 c/n = log2 n - (sum c log2 c) / n, which rounding must not make negative.
WITH topic AS (
    SELECT bucket, person, topic, count(*) AS times FROM slots WHERE person IS NOT NULL GROUP BY bucket, person, topic
),
person AS (
    SELECT bucket, greatest(log2(sum(times)) - sum(times * log2(times)) / sum(times), 0) AS bits, sum(times) AS slots
    FROM topic GROUP BY bucket, person
)
SELECT bucket, avg(bits) AS value, NULL::DOUBLE AS numerator, sum(slots)::DOUBLE AS denominator, count(*) AS people
FROM person GROUP BY bucket
