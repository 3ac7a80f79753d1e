-- Of what people spoke against, items by a negative event and topics by muting, and were served an answer after: the share
-- that did not come back in any of the period's answers. A later word about the same topic ends a mute.
WITH opposed AS (
    SELECT user_id, 'item' AS kind, item_id AS subject, min(occurred_at) AS since, NULL::TIMESTAMP AS until
    FROM events WHERE polarity < 0 GROUP BY user_id, item_id
    UNION ALL
    SELECT user_id, 'topic', subject, since, until FROM (
        SELECT user_id, subject, action, controls.at AS since,
            lead(controls.at) OVER (PARTITION BY user_id, subject ORDER BY controls.at) AS until
        FROM controls WHERE subject IS NOT NULL
    ) WHERE action = 'mute'
),
asked AS (
    SELECT answer.bucket, opposed.*
    FROM opposed JOIN (
        SELECT bucket, user_id, max(served_at) AS last FROM period_answers GROUP BY bucket, user_id
    ) AS answer ON answer.user_id = opposed.user_id AND answer.last > opposed.since
),
back AS (
    SELECT DISTINCT asked.bucket, asked.user_id, asked.kind, asked.subject
    FROM asked JOIN slots ON slots.user_id = asked.user_id AND slots.bucket = asked.bucket
        AND slots.served_at > asked.since AND (asked.until IS NULL OR slots.served_at < asked.until)
        AND asked.subject = CASE asked.kind WHEN 'item' THEN slots.item_id ELSE slots.topic END
),
spoken AS (SELECT bucket, count(DISTINCT (user_id, kind, subject)) AS times, count(DISTINCT user_id) AS people
    FROM asked GROUP BY bucket),
returned AS (SELECT bucket, count(*) AS times FROM back GROUP BY bucket)
SELECT bucket, 1 - coalesce(returned.times, 0) / spoken.times AS value,
    spoken.times - coalesce(returned.times, 0) AS numerator, spoken.times AS denominator, spoken.people
FROM spoken LEFT JOIN returned USING (bucket)
