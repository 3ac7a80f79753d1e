-- Of what people spoke against, items by a negative event and topics by muting, and were served an answer after: the share
-- that did not come back in any of the period's answers. A later word about the same topic ends a mute.
WITH came AS (SELECT bucket, person, max(served_at) AS last FROM period_answers GROUP BY bucket, person),
item AS (
    SELECT person, hash(item_id) AS item, min(occurred_at) AS since
    FROM events JOIN persons USING (user_id) WHERE polarity < 0 GROUP BY person, item_id
),
mute AS (
    SELECT person, subject, hash(subject) AS topic, since, until FROM (
        SELECT user_id, subject, action, controls.at AS since,
            lead(controls.at) OVER (PARTITION BY user_id, subject ORDER BY controls.at) AS until
        FROM controls WHERE subject IS NOT NULL
    ) JOIN persons USING (user_id) WHERE action = 'mute'
),
asked_item AS (SELECT bucket, item.* FROM item JOIN came USING (person) WHERE last > since),
asked_mute AS (SELECT bucket, mute.* FROM mute JOIN came USING (person) WHERE last > since),
spoken AS (
    SELECT bucket, sum(times) AS times, count(DISTINCT person) AS people FROM (
        SELECT bucket, person, count(*) AS times FROM asked_item GROUP BY bucket, person
        UNION ALL SELECT bucket, person, count(DISTINCT subject) FROM asked_mute GROUP BY bucket, person
    ) GROUP BY bucket
),
back AS (
    SELECT DISTINCT bucket, asked.person, 'item' AS kind, asked.item AS subject
    FROM asked_item AS asked JOIN slots USING (bucket, person, item) JOIN period_answers AS answers USING (bucket, answer)
    WHERE answers.served_at > since
    UNION ALL
    SELECT DISTINCT bucket, asked.person, 'topic', asked.topic
    FROM asked_mute AS asked JOIN slots USING (bucket, person, topic) JOIN period_answers AS answers USING (bucket, answer)
    WHERE answers.served_at > since AND (until IS NULL OR answers.served_at < until)
),
returned AS (SELECT bucket, count(*) AS times FROM back GROUP BY bucket)
SELECT bucket, 1 - coalesce(returned.times, 0) / spoken.times AS value,
    spoken.times - coalesce(returned.times, 0) AS numerator, spoken.times AS denominator, spoken.people
FROM spoken LEFT JOIN returned USING (bucket)
