-- Of the catalogue's items, the share that was served at least once.
SELECT bucket, count(DISTINCT item_id) / $items AS value, count(DISTINCT item_id) AS numerator,
    $items::DOUBLE AS denominator, count(DISTINCT user_id) AS people
FROM slots GROUP BY bucket
