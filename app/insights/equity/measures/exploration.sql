-- Items from outside the established interests, of all items of personalised answers, by person.
SELECT user_id, count(*) FILTER (exploration)::DOUBLE AS numerator, count(*)::DOUBLE AS denominator
FROM served
WHERE user_id IS NOT NULL AND personalized AND served_at >= $first AND served_at < $end
GROUP BY user_id
