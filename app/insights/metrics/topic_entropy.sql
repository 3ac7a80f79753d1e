-- Mean over people of the entropy, in bits, of the topics of what they were served.
WITH topics AS (
    SELECT bucket, user_id, topic, count(*) AS times FROM slots WHERE user_id IS NOT NULL GROUP BY ALL
),
shares AS (
    SELECT bucket, user_id, times, times / sum(times) OVER (PARTITION BY bucket, user_id) AS share FROM topics
),
person AS (
    SELECT bucket, user_id, -sum(share * log2(share)) AS bits, sum(times) AS slots FROM shares GROUP BY bucket, user_id
)
SELECT bucket, avg(bits) AS value, NULL::DOUBLE AS numerator, sum(slots)::DOUBLE AS denominator, count(*) AS people
FROM person GROUP BY bucket
