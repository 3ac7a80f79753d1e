-- Events on items that the catalogue does not have are in the log like any other, and do nothing until the item comes.

ALTER TABLE events ADD COLUMN awaiting_item BOOLEAN;     -- NULL of what has, or had, its item

-- What became of them so far: adopted, forgotten, expired or refused.
CREATE TABLE awaiting_outcomes (
    outcome VARCHAR NOT NULL,
    events BIGINT NOT NULL
);
