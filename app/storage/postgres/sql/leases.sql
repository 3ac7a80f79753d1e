-- name: take
INSERT INTO leases AS held (name, holder, held_until)
VALUES (%(name)s, %(holder)s, clock_timestamp() + make_interval(secs => %(seconds)s))
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
WHERE held.holder = excluded.holder OR held.held_until < clock_timestamp()

-- name: give_back
DELETE FROM leases WHERE name = %(name)s AND holder = %(holder)s
