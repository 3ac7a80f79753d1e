-- Of the people who saw anything, the share who engaged with anything that they saw.
SELECT bucket, count_if(engaged > 0) / count(*) AS value, count_if(engaged > 0) AS numerator, count(*) AS denominator,
    count(*) AS people
FROM tallies WHERE seen > 0 GROUP BY bucket
