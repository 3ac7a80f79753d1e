-- Of the slots that were seen, the share that was clicked.
SELECT bucket, sum(clicked) / sum(seen) AS value, sum(clicked) AS numerator, sum(seen) AS denominator, count(person) AS people
FROM tallies WHERE seen > 0 GROUP BY bucket
