-- Answers since a moment, and how many of them missed a floor.
SELECT count(*) AS answers, count_if(len(floors_missed) > 0) AS missed
FROM answers WHERE served_at >= $first AND served_at < $after AND NOT machine
