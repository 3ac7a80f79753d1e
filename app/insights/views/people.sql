-- Everybody of whom anything is known, once; who sent more events on a day than a person does is a machine.
CREATE TEMP VIEW people AS
WITH known AS (
    SELECT user_id FROM events
    UNION SELECT user_id FROM {store}.users
    UNION SELECT user_id FROM answers WHERE user_id IS NOT NULL
),
machines AS (
    SELECT DISTINCT user_id FROM events WHERE type <> 'impression'
    GROUP BY user_id, occurred_at::DATE HAVING count(*) > {machine_events}
)
SELECT known.user_id, {segments} coalesce(users.personalization, true) AS personalization,
    machines.user_id IS NOT NULL AS machine
FROM known LEFT JOIN {store}.users AS users USING (user_id) LEFT JOIN machines USING (user_id)
