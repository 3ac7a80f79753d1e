-- Of the slots that were seen, the share that was spoken against: at least one negative event.
SELECT bucket, sum(opposed) / sum(seen) AS value, sum(opposed) AS numerator, sum(seen) AS denominator, count(person) AS people
FROM tallies WHERE seen > 0 GROUP BY bucket
