-- By day, over people: mean Gini-Simpson index of their answers, the chance that two slots are on different topics.
WITH topics AS (
    SELECT served_at::DATE AS day, user_id, recommendation_id, topic, count(*) AS slots
    FROM served JOIN people USING (user_id)
    WHERE served_at >= $first AND served_at < $after AND topic IS NOT NULL AND NOT people.machine AND NOT served.machine
    GROUP BY ALL
),
slates AS (
    SELECT day, user_id, sum(slots) AS length,
        (sum(slots) ^ 2 - sum(slots ^ 2)) / (sum(slots) * (sum(slots) - 1)) AS diversity
    FROM topics GROUP BY day, user_id, recommendation_id HAVING sum(slots) > 1
),
persons AS (SELECT day, user_id, avg(diversity) AS diversity FROM slates GROUP BY day, user_id)
SELECT day, avg(diversity) AS value, count(*)::DOUBLE AS counted FROM persons GROUP BY day ORDER BY day
