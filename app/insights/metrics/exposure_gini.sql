-- Gini coefficient over all N items of the catalogue of how many people saw each: 2 sum(i x_i) / (N sum(x_i)) - (N + 1) / N
-- with x ascending and i from 1. Items that nobody saw come first with x = 0; more items seen than there are now count as
-- the catalogue.
WITH seen AS (
    SELECT bucket, item_id, count(DISTINCT user_id) AS people FROM slots WHERE seen GROUP BY bucket, item_id
),
ranked AS (
    SELECT bucket, people, row_number() OVER (PARTITION BY bucket ORDER BY people, item_id) AS place,
        greatest($items, count(*) OVER (PARTITION BY bucket)) AS items, count(*) OVER (PARTITION BY bucket) AS shown
    FROM seen
),
gini AS (
    SELECT bucket, 2 * sum((items - shown + place) * people) / (any_value(items) * sum(people))
        - (any_value(items) + 1) / any_value(items) AS value,
        any_value(shown) AS shown, any_value(items) AS items
    FROM ranked GROUP BY bucket
)
SELECT bucket, value, shown AS numerator, items AS denominator,
    (SELECT count(DISTINCT user_id) FROM slots WHERE seen AND slots.bucket = gini.bucket) AS people
FROM gini
