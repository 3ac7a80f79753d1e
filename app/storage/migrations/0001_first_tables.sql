-- Times are UTC. No table has an index or a key: the one writer keeps ids unique, and this database's indexes are slow
-- to insert into and have lost rows under deletion (docs/decisions/0002-duckdb-and-its-one-writer.md).

CREATE TABLE events (
    sequence BIGINT NOT NULL,            -- increasing in order of arrival, never given twice
    event_id VARCHAR NOT NULL,           -- unique; the one writer sees to it
    event_digest UBIGINT NOT NULL,       -- first 64 bits of the event_id's BLAKE2b digest
    user_id VARCHAR NOT NULL,
    item_id VARCHAR NOT NULL,
    type TINYINT NOT NULL,               -- position in EVENT_TYPES
    value DOUBLE,
    occurred_at TIMESTAMP NOT NULL,
    received_at TIMESTAMP NOT NULL,
    recommendation_id VARCHAR,
    position BIGINT,
    context JSON
);

-- One row: the highest number that any event had when events were last deleted.
CREATE TABLE event_numbers (deleted_through BIGINT NOT NULL);

INSERT INTO event_numbers VALUES (0);

CREATE TABLE item_journal (
    version BIGINT NOT NULL,             -- increasing with every change
    item_id VARCHAR NOT NULL,            -- one row, the newest change, for each
    document JSON,                       -- NULL for a deletion
    changed_at TIMESTAMP NOT NULL
);

CREATE TABLE users (
    user_id VARCHAR NOT NULL,            -- unique
    profile JSON,
    personalization BOOLEAN NOT NULL DEFAULT true,
    epoch BIGINT NOT NULL DEFAULT 0,
    reset_at TIMESTAMP,
    reset_sequence BIGINT NOT NULL DEFAULT 0,
    reset_keeps_seen BOOLEAN NOT NULL DEFAULT false,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

CREATE TABLE snapshot_history (
    number BIGINT NOT NULL,              -- order of recording
    snapshot_id VARCHAR NOT NULL,
    event VARCHAR NOT NULL,
    happened_at TIMESTAMP NOT NULL,
    detail VARCHAR NOT NULL
);
