-- name: put
-- Nothing of whom was changed since it was made.
INSERT INTO continued_answers AS held (user_id, token, pages, epoch, answer)
SELECT given.user_id, given.token, given.pages, given.epoch, given.answer::json
FROM unnest(%(users)s::text[], %(tokens)s::text[], %(pages)s::bigint[], %(epochs)s::bigint[], %(answers)s::text[])
    AS given (user_id, token, pages, epoch, answer)
LEFT JOIN people ON people.user_id = given.user_id
WHERE given.epoch IN (0, coalesce(people.epoch, 0))
ON CONFLICT (user_id, token) DO UPDATE SET pages = excluded.pages, answer = excluded.answer, touched_at = now()
WHERE held.pages <= excluded.pages

-- name: of
SELECT held.token, held.answer::text FROM continued_answers AS held
LEFT JOIN people ON people.user_id = held.user_id
WHERE held.user_id = %(user)s AND held.touched_at > now() - make_interval(secs => %(seconds)s)
    AND held.epoch IN (0, coalesce(people.epoch, 0))
ORDER BY held.touched_at, held.token

-- name: delete_older
DELETE FROM continued_answers WHERE touched_at <= now() - make_interval(secs => %(seconds)s)
