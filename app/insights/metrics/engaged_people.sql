-- Of the people who saw anything, the share who engaged with anything that they saw.
SELECT bucket, count_if(engaged) / count(*) AS value, count_if(engaged) AS numerator, count(*) AS denominator,
    count(*) AS people
FROM (SELECT bucket, user_id, bool_or(engaged) AS engaged FROM slots WHERE seen GROUP BY bucket, user_id)
GROUP BY bucket
