-- Answers that can be continued: what was asked for, and which items were given. After a crash of the server they are
-- gone, and asked for anew: so that to keep one costs no write to the disk.
CREATE UNLOGGED TABLE continued_answers (
    user_id TEXT COLLATE "C" NOT NULL,
    token TEXT COLLATE "C" NOT NULL,
    pages BIGINT NOT NULL,                               -- so many were given
    epoch BIGINT NOT NULL,                               -- of the person, when it was made; 0 of who was not known
    answer JSON NOT NULL,
    touched_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, token)
);

CREATE INDEX continued_answers_by_time ON continued_answers (touched_at);
