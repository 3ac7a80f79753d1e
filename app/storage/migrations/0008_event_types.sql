-- Event types that are not built in: each has a code from 32 on, under which `events` has it, for good.

CREATE TABLE event_types (
    code TINYINT NOT NULL,       -- unique; the one writer sees to it
    name VARCHAR NOT NULL        -- likewise
);
