-- Of the slots that were seen, the share that was engaged with: at least one positive event.
SELECT bucket, count_if(engaged) / count(*) AS value, count_if(engaged) AS numerator, count(*) AS denominator,
    count(DISTINCT user_id) AS people
FROM slots WHERE seen GROUP BY bucket
