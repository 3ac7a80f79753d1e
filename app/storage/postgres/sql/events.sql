-- name: declared_types
SELECT name, code FROM event_types ORDER BY code

-- name: lock_types
LOCK TABLE event_types IN SHARE ROW EXCLUSIVE MODE

-- name: declare_type
INSERT INTO event_types (code, name) VALUES (%(code)s, %(name)s)

-- name: type_counts
SELECT name, count(*) FROM events JOIN event_types ON code = type
WHERE name = ANY(%(names)s) AND forgotten_by IS NULL GROUP BY name ORDER BY name

-- name: knows
SELECT EXISTS (SELECT FROM events WHERE user_id = %(user)s AND event_id = %(event)s)

-- name: whole
SELECT sequence, event_id, user_id, item_id, type, occurred_at, received_at, value, recommendation_id, position,
    context::text, coalesce(awaiting_item, false), forgotten_by IS NOT NULL
FROM events

-- name: next
ORDER BY sequence LIMIT %(count)s

-- name: same_ids
-- Events of the same person and id as given ones.
SELECT held.sequence, held.event_id, held.user_id, held.item_id, held.type, held.occurred_at, held.received_at,
    held.value, held.recommendation_id, held.position, held.context::text, coalesce(held.awaiting_item, false),
    held.forgotten_by IS NOT NULL
FROM events AS held
JOIN unnest(%(users)s::text[], %(events)s::text[]) AS given (user_id, event_id) USING (user_id, event_id)

-- name: same_tellings
-- Impressions that tell of the same answer and item as given ones.
SELECT held.sequence, held.event_id, held.user_id, held.item_id, held.type, held.occurred_at, held.received_at,
    held.value, held.recommendation_id, held.position, held.context::text, coalesce(held.awaiting_item, false),
    held.forgotten_by IS NOT NULL
FROM events AS held
JOIN unnest(%(users)s::text[], %(answers)s::text[], %(items)s::text[]) AS given (user_id, recommendation_id, item_id)
    USING (user_id, recommendation_id, item_id)
WHERE held.type = 0 AND held.recommendation_id IS NOT NULL

-- name: ignored_among
SELECT user_id, event_digest FROM ignored_events
JOIN unnest(%(users)s::text[], %(digests)s::bigint[]) AS given (user_id, event_digest) USING (user_id, event_digest)

-- name: take_in
-- Nothing is stored of a person who is no longer as they were when it was looked what is known of them.
WITH grown AS (
    UPDATE people SET revision = revision + %(count)s
    WHERE user_id = %(user)s AND revision = %(revision)s AND epoch = %(epoch)s
    RETURNING revision - %(count)s AS before, epoch
), new AS (
    INSERT INTO people (user_id, revision) SELECT %(user)s, %(count)s WHERE %(revision)s = 0
    ON CONFLICT DO NOTHING RETURNING revision - %(count)s AS before, epoch
), counted AS (
    SELECT before, epoch FROM grown UNION ALL SELECT before, epoch FROM new
), stored AS (
    INSERT INTO events (user_id, revision, event_id, item_id, type, value, occurred_at, received_at, recommendation_id,
        position, context, awaiting_item)
    SELECT %(user)s, counted.before + given.place, given.event_id, given.item_id, given.type, given.value,
        given.occurred_at, given.received_at, given.recommendation_id, given.position, given.context::json, given.awaiting_item
    FROM counted, ROWS FROM (json_to_recordset(%(rows)s::json) AS (event_id text, item_id text, type smallint,
        value float8, occurred_at bigint, received_at bigint, recommendation_id text, position bigint, context text,
        awaiting_item boolean)) WITH ORDINALITY
        AS given (event_id, item_id, type, value, occurred_at, received_at, recommendation_id, position, context,
            awaiting_item, place)
    ORDER BY given.place
    RETURNING sequence, revision
)
SELECT stored.sequence, stored.revision, counted.epoch FROM stored, counted ORDER BY stored.revision

-- name: columns
SELECT sequence, user_id, item_id, type, value, occurred_at FROM events
WHERE forgotten_by IS NULL

-- name: oldest_transaction
-- Of those that are under way.
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint

-- name: ids_of_numbers
SELECT sequence, event_id FROM events WHERE sequence = ANY(%(numbers)s)

-- name: last_number
SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence('events', 'sequence')::regclass), 0)

-- name: users_of_items
SELECT user_id FROM events WHERE item_id = ANY(%(items)s)
UNION
SELECT user_id FROM seen_items WHERE item_id = ANY(%(items)s)
ORDER BY user_id

-- name: find
SELECT sequence, event_id FROM events
WHERE user_id = %(user)s AND event_id = %(event)s AND forgotten_by IS NULL

-- name: keep_ignored
INSERT INTO ignored_events (user_id, event_digest) VALUES (%(user)s, %(digest)s) ON CONFLICT DO NOTHING

-- name: delete_numbered
DELETE FROM events WHERE user_id = %(user)s AND sequence = ANY(%(numbers)s)

-- name: delete_events
DELETE FROM events WHERE user_id = %(user)s

-- name: delete_ignored
DELETE FROM ignored_events WHERE user_id = %(user)s

-- name: count_events
SELECT count(*) FROM events

-- name: count_older
SELECT count(*) FROM events WHERE type = %(type)s AND occurred_at < %(before)s

-- name: owners_of_older
SELECT DISTINCT user_id FROM events WHERE type = %(type)s AND occurred_at < %(before)s ORDER BY user_id

-- name: keep_older_as_seen
WITH gone AS (
    SELECT item_id, max(occurred_at) AS latest FROM events
    WHERE user_id = %(user)s AND type = %(type)s AND occurred_at < %(before)s AND occurred_at >= %(since)s
        AND forgotten_by IS NULL
    GROUP BY item_id
), known AS (
    UPDATE seen_items SET seen_at = greatest(seen_items.seen_at, gone.latest) FROM gone
    WHERE seen_items.user_id = %(user)s AND seen_items.item_id = gone.item_id AND seen_items.forgotten_by IS NULL
    RETURNING seen_items.item_id
)
INSERT INTO seen_items (user_id, item_id, kept_by, seen_at)
SELECT %(user)s, item_id, 0, latest FROM gone WHERE item_id NOT IN (SELECT item_id FROM known)

-- name: delete_older
DELETE FROM events WHERE user_id = %(user)s AND type = %(type)s AND occurred_at < %(before)s

-- name: pairs
SELECT DISTINCT user_id, item_id
FROM (SELECT user_id, item_id FROM events UNION ALL SELECT user_id, item_id FROM seen_items) AS told

-- name: delete_on_items
DELETE FROM events WHERE user_id = %(user)s AND item_id = ANY(%(items)s) RETURNING event_id

-- name: delete_seen_on_items
DELETE FROM seen_items WHERE user_id = %(user)s AND item_id = ANY(%(items)s)

-- name: awaiting_by_user
SELECT user_id, count(*) FROM events WHERE awaiting_item GROUP BY user_id

-- name: awaited_items
SELECT item_id, count(*), count(DISTINCT user_id), min(received_at) FROM events
WHERE awaiting_item AND (%(items)s::text[] IS NULL OR item_id = ANY(%(items)s))
GROUP BY item_id ORDER BY count(*) DESC, item_id

-- name: awaiting
SELECT count(*), count(DISTINCT user_id), count(DISTINCT item_id), min(received_at) FROM events WHERE awaiting_item

-- name: outcomes
SELECT outcome, events FROM awaiting_outcomes ORDER BY outcome

-- name: count_outcome
INSERT INTO awaiting_outcomes AS held (outcome, events) VALUES (%(outcome)s, %(events)s)
ON CONFLICT (outcome) DO UPDATE SET events = held.events + excluded.events

-- name: coming
SELECT user_id, sequence, item_id, occurred_at, forgotten_by IS NOT NULL FROM events
WHERE awaiting_item AND item_id = ANY(%(items)s) ORDER BY user_id, sequence

-- name: adopt
UPDATE events SET awaiting_item = NULL WHERE user_id = %(user)s AND sequence = ANY(%(numbers)s)

-- name: forget_numbered
UPDATE events SET forgotten_by = %(number)s
WHERE user_id = %(user)s AND sequence = ANY(%(numbers)s) AND forgotten_by IS NULL

-- name: owners_of_expired
SELECT DISTINCT user_id FROM events WHERE awaiting_item AND received_at < %(before)s ORDER BY user_id

-- name: expire
DELETE FROM events WHERE user_id = %(user)s AND awaiting_item AND received_at < %(before)s

-- name: both
SELECT theirs.sequence, mine.sequence FROM events AS theirs JOIN events AS mine USING (event_id)
WHERE theirs.user_id = %(alias)s AND mine.user_id = %(user)s

-- name: give
-- Rows are written anew, since the column by which a spread table is cut cannot be changed in place. Of different events
-- of one id both stay: theirs remembers who bore it.
INSERT INTO events (user_id, revision, event_id, merged_from, sequence, item_id, type, value, occurred_at, received_at,
    recommendation_id, position, context, forgotten_by, awaiting_item)
SELECT %(user)s, %(before)s + row_number() OVER (ORDER BY theirs.sequence), theirs.event_id,
    CASE WHEN mine.event_id IS NULL THEN theirs.merged_from ELSE theirs.user_id || chr(31) || theirs.merged_from END,
    theirs.sequence, theirs.item_id, theirs.type, theirs.value, theirs.occurred_at, theirs.received_at,
    theirs.recommendation_id, theirs.position, theirs.context, theirs.forgotten_by, theirs.awaiting_item
FROM events AS theirs
LEFT JOIN events AS mine ON mine.user_id = %(user)s AND mine.event_id = theirs.event_id
    AND mine.merged_from = theirs.merged_from
WHERE theirs.user_id = %(alias)s
