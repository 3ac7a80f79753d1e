-- The answers of the period, those to machines left out, each in its bucket.
CREATE TEMP TABLE period_answers AS
SELECT answers.*, {bucket} AS bucket
FROM answers LEFT JOIN persons USING (user_id)
WHERE served_at >= $first AND served_at < $after AND NOT answers.machine AND NOT coalesce(persons.machine, false)
