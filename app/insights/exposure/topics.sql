-- Slots and people by topic, of what was served to people since a moment.
SELECT topic, count(*) AS slots, count(DISTINCT user_id) AS people
FROM served WHERE served_at >= $since AND topic IS NOT NULL AND NOT machine GROUP BY topic
