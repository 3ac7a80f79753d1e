-- One row an answer. An id that was merged into another person's names that person; `asked_as` is the id that was asked for.
CREATE TEMP VIEW answers AS
SELECT logged.* REPLACE (coalesce(aliases.user_id, logged.user_id) AS user_id), logged.user_id AS asked_as
FROM {logged} AS logged LEFT JOIN {store}.aliases AS aliases ON aliases.alias = logged.user_id
