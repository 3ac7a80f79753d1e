-- What each person took up, however they came to it.
SELECT DISTINCT user_id, item_id, 1.0::DOUBLE AS amount
FROM events
WHERE polarity > 0 AND occurred_at >= $first AND occurred_at < $end
ORDER BY user_id, item_id
