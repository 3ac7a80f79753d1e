-- Of the slots that were seen, the share that was clicked.
SELECT bucket, count_if(clicked) / count(*) AS value, count_if(clicked) AS numerator, count(*) AS denominator,
    count(DISTINCT user_id) AS people
FROM slots WHERE seen GROUP BY bucket
