-- name: changes
SELECT version, item_id, document::text, changed_at FROM item_journal WHERE version > %(after)s ORDER BY version

-- name: change_of
SELECT version, item_id, document::text, changed_at FROM item_journal WHERE item_id = %(item)s

-- name: last_version
SELECT coalesce(max(version), 0) FROM item_journal

-- name: lock_journal
-- One writer at a time: versions become visible in their order.
LOCK TABLE item_journal IN SHARE ROW EXCLUSIVE MODE

-- name: put_changes
INSERT INTO item_journal (item_id, version, document, changed_at)
SELECT item_id, version, document::json, changed_at
FROM unnest(%(items)s::text[], %(versions)s::bigint[], %(documents)s::text[], %(times)s::bigint[])
    AS given (item_id, version, document, changed_at)
ON CONFLICT (item_id) DO UPDATE SET version = excluded.version, document = excluded.document,
    changed_at = excluded.changed_at

-- name: record_snapshot
INSERT INTO snapshot_history (snapshot_id, event, happened_at, detail)
VALUES (%(snapshot)s, %(event)s, %(at)s, %(detail)s)

-- name: snapshot_history
SELECT snapshot_id, event, happened_at, detail FROM snapshot_history ORDER BY number

-- name: shared
SELECT document::text, version FROM shared_state WHERE name = %(name)s

-- name: shared_versions
SELECT name, version FROM shared_state

-- name: lock_shared
-- One writer at a time, so that the highest version never falls behind one that was read.
LOCK TABLE shared_state IN SHARE ROW EXCLUSIVE MODE

-- name: put_shared
INSERT INTO shared_state (name, document, version) VALUES (%(name)s, %(document)s::json, nextval('shared_versions'))
ON CONFLICT (name) DO UPDATE SET document = excluded.document, version = excluded.version
RETURNING version
