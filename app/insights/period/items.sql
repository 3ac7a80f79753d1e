-- A number for each item that the period's answers held.
CREATE TEMP TABLE items AS
SELECT item_id, row_number() OVER ()::INTEGER AS item
FROM (SELECT DISTINCT unnest(item_ids) AS item_id FROM answers WHERE served_at >= $first AND served_at < $after)
