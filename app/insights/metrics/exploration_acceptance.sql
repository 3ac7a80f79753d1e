-- Of the exploration slots that were seen, the share that was engaged with.
SELECT bucket, sum(accepted) / sum(explored) AS value, sum(accepted) AS numerator, sum(explored) AS denominator, count(person) AS people
FROM tallies WHERE explored > 0 GROUP BY bucket
