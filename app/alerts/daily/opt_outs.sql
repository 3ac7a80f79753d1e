-- By day: of the people who were answered, the share who switched personalization off on it.
WITH came AS (
    SELECT DISTINCT served_at::DATE AS day, user_id FROM answers JOIN people USING (user_id)
    WHERE served_at >= $first AND served_at < $after AND NOT people.machine
),
left_off AS (
    SELECT DISTINCT "at"::DATE AS day, user_id FROM controls
    WHERE action = 'opt_out' AND "at" >= $first AND "at" < $after
),
persons AS (SELECT day, user_id, left_off.user_id IS NOT NULL AS gone FROM came FULL JOIN left_off USING (day, user_id))
SELECT day, avg(gone::DOUBLE) AS value, count(*)::DOUBLE AS counted FROM persons GROUP BY day ORDER BY day
