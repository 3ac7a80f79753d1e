-- What a person decides about what is held of them. Every table that says something of a person names them in user_id.

ALTER TABLE events ADD COLUMN forgotten_by BIGINT;       -- number of the forgetting that made it inert; NULL if it counts

ALTER TABLE users ADD COLUMN off_keeps_seen BOOLEAN DEFAULT true;  -- while personalization is off

CREATE TABLE forgettings (
    number BIGINT NOT NULL,              -- one for each thing forgotten at once; a person's aliases share it
    user_id VARCHAR NOT NULL,            -- whose events it is about, by the id that the events bear
    scope VARCHAR NOT NULL,              -- all, topic or since
    topic VARCHAR,                       -- slug, for scope topic
    since TIMESTAMP,                     -- for scope since
    made_at TIMESTAMP NOT NULL,          -- events from before that arrive later change nothing
    keeps_seen BOOLEAN NOT NULL,
    undo_until TIMESTAMP NOT NULL,
    final BOOLEAN NOT NULL               -- whether its events have been deleted
);

CREATE TABLE seen_items (
    user_id VARCHAR NOT NULL,
    item_id VARCHAR NOT NULL,
    kept_by BIGINT NOT NULL,             -- the forgetting that kept it; 0 where personalization was off
    forgotten_by BIGINT                  -- the forgetting that made it inert; NULL if it counts
);

CREATE TABLE ignored_events (
    user_id VARCHAR NOT NULL,
    event_digest UBIGINT NOT NULL        -- of an event that was deleted, so that it does not come back when sent again
);

CREATE TABLE aliases (
    alias VARCHAR NOT NULL,              -- unique; an id whose history became another person's
    user_id VARCHAR NOT NULL,            -- that person; never an alias itself
    merged_at TIMESTAMP NOT NULL
);

CREATE TABLE control_actions (
    number BIGINT NOT NULL,              -- order of recording
    user_id VARCHAR NOT NULL,
    action VARCHAR NOT NULL,
    detail JSON NOT NULL,
    happened_at TIMESTAMP NOT NULL,
    key_id VARCHAR                       -- of the key that it was done with, if any
);

-- How often each action was taken on each day, without saying by whom: what remains after an erasure.
CREATE TABLE control_counts (
    day DATE NOT NULL,
    action VARCHAR NOT NULL,
    times BIGINT NOT NULL
);

-- Not empty while the file may hold bytes of rows that were deleted.
CREATE TABLE rewriting_due (since TIMESTAMP NOT NULL);

-- Resets made before forgettings had a table: their events become inert, final from the start.
INSERT INTO forgettings
SELECT row_number() OVER (ORDER BY user_id), user_id, 'all', NULL, NULL, reset_at, reset_keeps_seen, reset_at, false
FROM users WHERE reset_at IS NOT NULL;

UPDATE events SET forgotten_by = forgettings.number
FROM forgettings JOIN users USING (user_id)
WHERE events.user_id = forgettings.user_id
    AND (events.sequence <= users.reset_sequence OR events.occurred_at < users.reset_at);

INSERT INTO seen_items
SELECT DISTINCT events.user_id, events.item_id, events.forgotten_by, NULL::BIGINT
FROM events JOIN forgettings ON events.forgotten_by = forgettings.number
WHERE forgettings.keeps_seen AND events.type <> 0;

ALTER TABLE users DROP COLUMN reset_sequence;

ALTER TABLE users DROP COLUMN reset_keeps_seen;
