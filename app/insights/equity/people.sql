-- Everybody who was here in the quarter, machines aside, by id, with the attributes that the charter permits.
SELECT people.*
FROM people SEMI JOIN (
    SELECT user_id FROM answers WHERE served_at >= $first AND served_at < $end
    UNION SELECT user_id FROM events WHERE occurred_at >= $first AND occurred_at < $end
    UNION SELECT user_id FROM controls WHERE "at" >= $first AND "at" < $end
) AS present USING (user_id)
WHERE NOT people.machine
ORDER BY people.user_id
