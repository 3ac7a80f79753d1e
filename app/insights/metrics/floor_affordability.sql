-- Of the answers, the share in which every floor and cap could be kept; in the others the catalogue, or what the person
-- chose, did not have what they ask for.
SELECT bucket, count_if(len(coalesce(floors_unaffordable, [])) = 0) / count(*) AS value,
    count_if(len(coalesce(floors_unaffordable, [])) = 0) AS numerator, count(*) AS denominator,
    count(DISTINCT person) AS people
FROM period_answers GROUP BY bucket
