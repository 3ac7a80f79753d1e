-- People of whom anything is held and who did not opt out, of one bucket: what they state, as far as the charter declares it.
WITH known AS (
    SELECT user_id FROM users WHERE personalization
    UNION
    SELECT coalesce(aliases.user_id, events.user_id) FROM events LEFT JOIN aliases ON aliases.alias = events.user_id
    WHERE events.forgotten_by IS NULL
)
SELECT
    known.user_id,
    CASE WHEN list_contains($declared, 'role') THEN profile ->> '$.role' END AS role,
    CASE WHEN list_contains($declared, 'time_zone') THEN profile ->> '$.time_zone' END AS time_zone,
    CASE WHEN list_contains($declared, 'goals') THEN (profile -> '$.goals')::VARCHAR[] END AS goals,
    CASE WHEN list_contains($declared, 'preferences.tags') THEN (profile -> '$.preferences.tags')::VARCHAR[] END
        AS preferred_tags,
    CASE WHEN list_contains($declared, 'preferences.topics') THEN (profile -> '$.preferences.topics')::VARCHAR[] END
        AS preferred_topics,
    CASE WHEN list_contains($declared, 'preferences.providers') THEN (profile -> '$.preferences.providers')::VARCHAR[]
        END AS preferred_providers,
    CASE WHEN list_contains($declared, 'preferences.formats') THEN (profile -> '$.preferences.formats')::VARCHAR[] END
        AS preferred_formats,
    CASE WHEN list_contains($declared, 'preferences.languages') THEN (profile -> '$.preferences.languages')::VARCHAR[]
        END AS preferred_languages,
    {attributes} AS attributes,
    users.created_at, users.updated_at, users.epoch AS resets
FROM known LEFT JOIN users USING (user_id)
WHERE hash(known.user_id) % $buckets = $bucket
    AND users.personalization IS NOT FALSE
    AND known.user_id NOT IN (SELECT alias FROM aliases)
