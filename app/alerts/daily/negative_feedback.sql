-- By day of the reaction: of the slots that people reacted to, the share that was spoken against.
WITH slots AS (
    SELECT occurred_at::DATE AS day, recommendation_id, item_id, bool_or(polarity < 0) AS opposed
    FROM outcomes JOIN people USING (user_id)
    WHERE occurred_at >= $first AND occurred_at < $after AND NOT people.machine
    GROUP BY ALL
)
SELECT day, avg(opposed::DOUBLE) AS value, count(*)::DOUBLE AS counted FROM slots GROUP BY day ORDER BY day
