-- Of the catalogue's items, the share that was served at least once.
WITH served AS (SELECT bucket, count(DISTINCT item) AS items FROM slots GROUP BY bucket),
person AS (SELECT bucket, count(person) AS people FROM tallies GROUP BY bucket)
SELECT bucket, items / $items AS value, items AS numerator, $items::DOUBLE AS denominator, people
FROM served JOIN person USING (bucket)
