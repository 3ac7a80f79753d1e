-- name: revisions
SELECT user_id, revision, epoch FROM people WHERE user_id = ANY(%(users)s)

-- name: standing
-- One row for each of them that there is, and one at least.
SELECT told.items, told.operators, people.user_id, people.revision, people.epoch
FROM (
    SELECT coalesce((SELECT max(version) FROM item_journal), 0) AS items,
        coalesce((SELECT max(version) FROM shared_state), 0) AS operators
) AS told
LEFT JOIN people ON people.user_id = ANY(%(users)s)

-- name: begun_anew
SELECT user_id FROM people WHERE epoch_xact >= %(mark)s::text::xid8 ORDER BY user_id

-- name: change
-- Of what is kept of a person, something other than a new event: whoever holds something of them reads it anew.
WITH outdated AS (DELETE FROM continued_answers WHERE user_id = %(user)s)
INSERT INTO people AS held (user_id, revision) VALUES (%(user)s, 1)
ON CONFLICT (user_id) DO UPDATE SET revision = held.revision + 1, epoch = nextval('epochs'),
    epoch_xact = pg_current_xact_id()

-- name: grow
-- The same by several events at once.
UPDATE people SET revision = revision + %(count)s WHERE user_id = %(user)s

-- name: lock
SELECT revision FROM people WHERE user_id = %(user)s FOR UPDATE

-- name: change_known
WITH outdated AS (DELETE FROM continued_answers WHERE user_id = %(user)s)
UPDATE people SET revision = revision + 1, epoch = nextval('epochs'), epoch_xact = pg_current_xact_id()
WHERE user_id = %(user)s

-- name: delete
DELETE FROM people WHERE user_id = %(user)s

-- name: users
SELECT user_id, profile::text, personalization, epoch, reset_at, off_keeps_seen, created_at, updated_at FROM users

-- name: put_profile
INSERT INTO users (user_id, profile, created_at, updated_at) VALUES (%(user)s, %(profile)s::json, %(at)s, %(at)s)
ON CONFLICT (user_id) DO UPDATE SET profile = excluded.profile, updated_at = excluded.updated_at

-- name: set_personalization
INSERT INTO users (user_id, personalization, off_keeps_seen, created_at, updated_at)
VALUES (%(user)s, %(enabled)s, %(keep_seen)s, %(at)s, %(at)s)
ON CONFLICT (user_id) DO UPDATE SET personalization = excluded.personalization,
    off_keeps_seen = excluded.off_keeps_seen, updated_at = excluded.updated_at

-- name: delete_row
DELETE FROM users WHERE user_id = %(user)s

-- name: record
INSERT INTO control_actions (user_id, action, detail, happened_at, key_id)
VALUES (%(user)s, %(action)s, %(detail)s::json, %(at)s, %(key)s)

-- name: count_action
INSERT INTO control_counts AS held (day, action, times) VALUES (%(day)s, %(action)s, 1)
ON CONFLICT (day, action) DO UPDATE SET times = held.times + 1

-- name: actions
SELECT user_id, action, detail::text, happened_at, key_id FROM control_actions WHERE user_id = %(user)s ORDER BY number

-- name: counts
SELECT action, sum(times)::bigint FROM control_counts WHERE day >= %(since)s
GROUP BY action ORDER BY action

-- name: aliases
SELECT alias, user_id FROM aliases
WHERE %(ids)s::text[] IS NULL OR alias = ANY(%(ids)s) OR user_id = ANY(%(ids)s)
ORDER BY merged_at, alias

-- name: give_aliases
UPDATE aliases SET user_id = %(user)s WHERE user_id = %(alias)s

-- name: add_alias
INSERT INTO aliases (alias, user_id, merged_at) VALUES (%(alias)s, %(user)s, %(at)s)

-- name: give_seen
INSERT INTO seen_items (user_id, item_id, kept_by, forgotten_by, seen_at)
SELECT %(user)s, item_id, kept_by, forgotten_by, seen_at FROM seen_items WHERE user_id = %(alias)s

-- name: give_ignored
INSERT INTO ignored_events (user_id, event_digest)
SELECT %(user)s, event_digest FROM ignored_events WHERE user_id = %(alias)s ON CONFLICT DO NOTHING

-- name: give_actions
INSERT INTO control_actions (user_id, number, action, detail, happened_at, key_id)
SELECT %(user)s, number, action, detail, happened_at, key_id FROM control_actions WHERE user_id = %(alias)s

-- name: delete_actions
DELETE FROM control_actions WHERE user_id = %(user)s

-- name: delete_aliases
DELETE FROM aliases WHERE user_id = %(user)s OR alias = %(user)s

-- name: erased
SELECT digest, erased_at, refused_until, returned_at, unfinished FROM erased_ids
WHERE %(digests)s::text[] IS NULL OR digest = ANY(%(digests)s)

-- name: put_erased
INSERT INTO erased_ids (digest, erased_at, refused_until, returned_at, unfinished)
VALUES (%(digest)s, %(erased)s, %(until)s, %(returned)s, %(unfinished)s)
ON CONFLICT (digest) DO UPDATE SET erased_at = excluded.erased_at, refused_until = excluded.refused_until,
    returned_at = excluded.returned_at, unfinished = excluded.unfinished

-- name: forget_erased
DELETE FROM erased_ids WHERE refused_until <= %(at)s AND NOT unfinished

-- name: known_ids
SELECT user_id FROM people
UNION SELECT user_id FROM events
UNION SELECT user_id FROM ignored_events
UNION SELECT user_id FROM users
UNION SELECT user_id FROM forgettings
UNION SELECT user_id FROM seen_items
UNION SELECT user_id FROM aliases
UNION SELECT alias FROM aliases
UNION SELECT user_id FROM control_actions

-- name: forgettings
SELECT number, user_id, scope, made_at, keeps_seen, undo_until, topic, since, final FROM forgettings
WHERE %(users)s::text[] IS NULL OR user_id = ANY(%(users)s)
ORDER BY number, user_id

-- name: next_forgetting
SELECT nextval('forgetting_numbers')

-- name: add_forgetting
INSERT INTO forgettings (user_id, number, scope, topic, since, made_at, keeps_seen, undo_until)
VALUES (%(user)s, %(number)s, %(scope)s, %(topic)s, %(since)s, %(made_at)s, %(keeps_seen)s, %(undo_until)s)

-- name: forget_since
UPDATE events SET forgotten_by = %(number)s
WHERE user_id = %(user)s AND forgotten_by IS NULL AND (%(since)s::bigint IS NULL OR occurred_at >= %(since)s)

-- name: standing_events
SELECT sequence, item_id FROM events WHERE user_id = %(user)s AND forgotten_by IS NULL ORDER BY sequence

-- name: forget_seen
UPDATE seen_items SET forgotten_by = %(number)s WHERE user_id = %(user)s AND forgotten_by IS NULL

-- name: forget_seen_of
UPDATE seen_items SET forgotten_by = %(number)s
WHERE user_id = %(user)s AND forgotten_by IS NULL AND item_id = ANY(%(items)s)

-- name: seen_of_one
SELECT DISTINCT item_id FROM seen_items WHERE user_id = %(user)s AND forgotten_by IS NULL

-- name: keep_seen
INSERT INTO seen_items (user_id, item_id, kept_by, seen_at)
SELECT %(user)s, item_id, %(number)s, max(occurred_at) FROM events
WHERE user_id = %(user)s AND forgotten_by = %(number)s AND type = ANY(%(types)s) GROUP BY item_id

-- name: begin_epoch
INSERT INTO users AS held (user_id, epoch, reset_at, created_at, updated_at) VALUES (%(user)s, 1, %(at)s, %(at)s, %(at)s)
ON CONFLICT (user_id) DO UPDATE SET epoch = held.epoch + 1, reset_at = excluded.reset_at,
    updated_at = excluded.updated_at

-- name: open_forgetting
SELECT EXISTS (SELECT FROM forgettings WHERE number = %(number)s AND NOT final AND undo_until > %(at)s)

-- name: due_forgettings
SELECT DISTINCT number FROM forgettings WHERE NOT final AND undo_until <= %(at)s ORDER BY number

-- name: concerned
-- Whose rows bear the number of a forgetting: those of whom it was, and who became them since by a merge.
SELECT user_id FROM forgettings WHERE number = %(number)s
UNION
SELECT aliases.user_id FROM aliases JOIN forgettings ON alias = forgettings.user_id WHERE number = %(number)s
ORDER BY user_id

-- name: undo_events
UPDATE events SET forgotten_by = NULL WHERE user_id = %(user)s AND forgotten_by = %(number)s

-- name: undo_kept
DELETE FROM seen_items WHERE user_id = %(user)s AND kept_by = %(number)s

-- name: undo_seen
UPDATE seen_items SET forgotten_by = NULL WHERE user_id = %(user)s AND forgotten_by = %(number)s

-- name: undo_forgetting
DELETE FROM forgettings WHERE number = %(number)s

-- name: forgotten_on_topic
SELECT event_id FROM events
WHERE user_id = %(user)s AND forgotten_by = %(number)s
    AND EXISTS (SELECT FROM forgettings WHERE number = %(number)s AND scope = 'topic')

-- name: finish_events
DELETE FROM events WHERE user_id = %(user)s AND forgotten_by = %(number)s

-- name: finish_seen
DELETE FROM seen_items WHERE user_id = %(user)s AND forgotten_by = %(number)s

-- name: finish_forgetting
UPDATE forgettings SET final = true WHERE number = %(number)s

-- name: seen
SELECT user_id, item_id FROM seen_items
WHERE forgotten_by IS NULL AND (%(users)s::text[] IS NULL OR user_id = ANY(%(users)s))

-- name: see
WITH known AS (
    UPDATE seen_items SET seen_at = greatest(seen_at, %(at)s)
    WHERE user_id = %(user)s AND item_id = ANY(%(items)s) AND forgotten_by IS NULL
    RETURNING item_id
)
INSERT INTO seen_items (user_id, item_id, kept_by, seen_at)
SELECT DISTINCT %(user)s, item_id, 0, %(at)s::bigint FROM unnest(%(items)s::text[]) AS told (item_id)
WHERE item_id NOT IN (SELECT item_id FROM known)

-- name: owners_of_old_seen
SELECT DISTINCT user_id FROM seen_items WHERE seen_at < %(before)s ORDER BY user_id

-- name: delete_old_seen
DELETE FROM seen_items WHERE user_id = %(user)s AND seen_at < %(before)s

-- name: delete_seen
DELETE FROM seen_items WHERE user_id = %(user)s

-- name: delete_forgettings
DELETE FROM forgettings WHERE user_id = %(user)s
