-- name: number_people
-- Everybody of whom anything was moved.
INSERT INTO people (user_id, revision)
SELECT user_id, max(revision) FROM (
    SELECT user_id, max(revision) AS revision FROM events GROUP BY user_id
    UNION ALL SELECT user_id, 1 FROM ignored_events
    UNION ALL SELECT user_id, 1 FROM users
    UNION ALL SELECT user_id, 1 FROM forgettings
    UNION ALL SELECT user_id, 1 FROM seen_items
    UNION ALL SELECT user_id, 1 FROM aliases
    UNION ALL SELECT alias, 1 FROM aliases
    UNION ALL SELECT user_id, 1 FROM control_actions
) AS known GROUP BY user_id

-- name: number_events
SELECT setval(pg_get_serial_sequence('events', 'sequence'), greatest(%(last_event)s::bigint, 1), %(last_event)s > 0)

-- name: number_forgettings
SELECT setval('forgetting_numbers', greatest(max(number), 1), max(number) IS NOT NULL) FROM forgettings

-- name: number_actions
SELECT setval(pg_get_serial_sequence('control_actions', 'number'), greatest(max(number), 1), max(number) IS NOT NULL)
FROM control_actions

-- name: number_snapshot_history
SELECT setval(pg_get_serial_sequence('snapshot_history', 'number'), greatest(max(number), 1), max(number) IS NOT NULL)
FROM snapshot_history

-- name: end_move
DROP TABLE unfinished_move
