-- What people decided, and about what: opt_out, opt_in, reset, reset_undone, more_of, less_of, mute, and the history's other
-- actions by their names there. `subject` is the slug of a topic where it is about one.
CREATE TEMP VIEW controls AS
SELECT
    user_id,
    CASE
        WHEN action = 'personalization_off' THEN 'opt_out'
        WHEN action = 'personalization_on' THEN 'opt_in'
        ELSE CASE detail ->> 'wish' WHEN 'more' THEN 'more_of' WHEN 'less' THEN 'less_of' WHEN 'mute' THEN 'mute'
            ELSE action END
    END AS action,
    detail ->> 'topic' AS subject,
    happened_at AS at, number
FROM {store}.control_actions
WHERE number > {controls_before}
