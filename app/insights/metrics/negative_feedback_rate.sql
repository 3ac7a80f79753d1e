-- Of the slots that were seen, the share that was spoken against: at least one negative event.
SELECT bucket, count_if(opposed) / count(*) AS value, count_if(opposed) AS numerator, count(*) AS denominator,
    count(DISTINCT user_id) AS people
FROM slots WHERE seen GROUP BY bucket
