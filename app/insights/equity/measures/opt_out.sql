-- Whether a person switched personalisation off or reset what was learned; everybody of the quarter counts once.
SELECT present.user_id, (decided.user_id IS NOT NULL)::INTEGER::DOUBLE AS numerator, 1.0::DOUBLE AS denominator
FROM (
    SELECT DISTINCT user_id FROM answers WHERE served_at >= $first AND served_at < $end
    UNION SELECT DISTINCT user_id FROM events WHERE occurred_at >= $first AND occurred_at < $end
    UNION SELECT DISTINCT user_id FROM controls WHERE "at" >= $first AND "at" < $end
) AS present LEFT JOIN (
    SELECT DISTINCT user_id FROM controls
    WHERE action IN ('opt_out', 'reset') AND "at" >= $first AND "at" < $end
) AS decided USING (user_id)
WHERE present.user_id IS NOT NULL
