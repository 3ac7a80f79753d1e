-- Different topics in each answer, of its items, summed by person.
SELECT user_id, sum(topics)::DOUBLE AS numerator, sum(items)::DOUBLE AS denominator
FROM (
    SELECT user_id, recommendation_id, count(DISTINCT topic) AS topics, count(*) AS items
    FROM served
    WHERE user_id IS NOT NULL AND served_at >= $first AND served_at < $end
    GROUP BY user_id, recommendation_id
)
GROUP BY user_id
