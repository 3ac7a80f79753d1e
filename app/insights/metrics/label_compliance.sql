-- Of the slots that were served, the share that bore a label with a reason behind it.
SELECT bucket, sum(labelled) / sum(served) AS value, sum(labelled) AS numerator, sum(served) AS denominator, count(person) AS people
FROM tallies WHERE served > 0 GROUP BY bucket
