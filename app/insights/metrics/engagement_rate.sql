-- Of the slots that were seen, the share that was engaged with: at least one positive event.
SELECT bucket, sum(engaged) / sum(seen) AS value, sum(engaged) AS numerator, sum(seen) AS denominator, count(person) AS people
FROM tallies WHERE seen > 0 GROUP BY bucket
