-- Gini coefficient over all N items of the catalogue of how many people saw each: 2 sum(i x_i) / (N sum(x_i)) - (N + 1) / N
-- with x ascending and i from 1. Items that nobody saw come first with x = 0; more items seen than there are now count as
-- the catalogue.
WITH seen AS (
    SELECT bucket, item, count(*) AS people FROM (SELECT DISTINCT bucket, item, person FROM slots WHERE signs & 1 = 1)
    GROUP BY bucket, item
),
ranked AS (
    SELECT bucket, people, row_number() OVER (PARTITION BY bucket ORDER BY people) AS place,
        greatest($items, count(*) OVER (PARTITION BY bucket)) AS items, count(*) OVER (PARTITION BY bucket) AS shown
    FROM seen
),
gini AS (
    SELECT bucket, 2 * sum((items - shown + place) * people) / (any_value(items) * sum(people))
        - (any_value(items) + 1) / any_value(items) AS value,
        any_value(shown) AS shown, any_value(items) AS items
    FROM ranked GROUP BY bucket
),
person AS (SELECT bucket, count(*) AS people FROM tallies WHERE seen > 0 GROUP BY bucket)
SELECT bucket, value, shown AS numerator, items AS denominator, people
FROM gini JOIN person USING (bucket)
