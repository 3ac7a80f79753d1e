-- By day of the reaction: of the slots that people reacted to, the share that was spoken against. Of one person 20 slots of
-- a day count at most, so that nobody raises an alert, and what follows from it, alone.
WITH slots AS (
    SELECT occurred_at::DATE AS day, user_id, recommendation_id, item_id, bool_or(polarity < 0) AS opposed
    FROM outcomes JOIN people USING (user_id)
    WHERE occurred_at >= $first AND occurred_at < $after AND NOT people.machine
    GROUP BY day, user_id, recommendation_id, item_id
    QUALIFY row_number() OVER (PARTITION BY day, user_id ORDER BY hash(recommendation_id, item_id)) <= 20
)
SELECT day, avg(opposed::DOUBLE) AS value, count(*)::DOUBLE AS counted FROM slots GROUP BY day ORDER BY day
