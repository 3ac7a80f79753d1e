-- Of the answers, the share that kept every floor and cap as far as the catalogue and the person's choices let them.
SELECT bucket, count_if(len(floors_missed) = 0) / count(*) AS value, count_if(len(floors_missed) = 0) AS numerator,
    count(*) AS denominator, count(DISTINCT person) AS people
FROM period_answers GROUP BY bucket
