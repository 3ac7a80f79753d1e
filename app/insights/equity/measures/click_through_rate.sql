-- Items clicked, of all items that were seen, by person; several clicks on one item of one answer are one.
SELECT user_id, count(*) FILTER (found)::DOUBLE AS numerator, count(*)::DOUBLE AS denominator
FROM (
    SELECT user_id, recommendation_id, item_id, bool_or(signs & 2 = 2) AS found
    FROM outcomes
    WHERE served_at >= $first AND served_at < $end
    GROUP BY user_id, recommendation_id, item_id
    HAVING bool_or(type = 'impression')
)
GROUP BY user_id
