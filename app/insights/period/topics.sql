-- A number for each topic that the period's answers held.
CREATE TEMP TABLE topics AS
SELECT topic_id, row_number() OVER ()::INTEGER AS topic
FROM (SELECT DISTINCT unnest(topics) AS topic_id FROM answers WHERE served_at >= $first AND served_at < $after)
