-- Positive events on anything, by person.
SELECT user_id, count(*)::DOUBLE AS numerator, 1.0::DOUBLE AS denominator
FROM events
WHERE polarity > 0 AND occurred_at >= $first AND occurred_at < $end
GROUP BY user_id
