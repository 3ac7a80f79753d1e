-- How much attention each item got from each person by where it stood: 1 / log2(1 + position), as in DCG.
SELECT user_id, item_id, sum(1 / log2(1 + position))::DOUBLE AS amount
FROM served
WHERE user_id IS NOT NULL AND served_at >= $first AND served_at < $end
GROUP BY user_id, item_id
ORDER BY user_id, item_id
