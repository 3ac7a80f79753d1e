-- Whether a person was served on a later day, within the seven days after the day on which they were served first; of
-- those whose seven days are over.
SELECT
    user_id,
    (count(*) FILTER (day > first_day AND day <= first_day + 7) > 0)::INTEGER::DOUBLE AS numerator,
    1.0::DOUBLE AS denominator
FROM (
    SELECT user_id, served_at::DATE AS day, min(served_at::DATE) OVER (PARTITION BY user_id) AS first_day
    FROM answers WHERE user_id IS NOT NULL AND served_at >= $first AND served_at < $end
)
GROUP BY user_id, first_day
HAVING first_day + 7 < $end::DATE
