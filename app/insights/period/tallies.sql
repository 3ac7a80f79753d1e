-- How many slots each person had in a bucket, and what came of them; answers that name nobody in one row.
CREATE TEMP TABLE tallies AS
SELECT
    bucket, person,
    count(*) AS served,
    count_if(labelled) AS labelled,
    count_if(signs & 1 = 1) AS seen,
    count_if(signs & 3 = 3) AS clicked,
    count_if(signs & 5 = 5) AS engaged,
    count_if(signs & 9 = 9) AS opposed,
    count_if(signs & 1 = 1 AND exploration) AS explored,
    count_if(signs & 5 = 5 AND exploration) AS accepted
FROM slots GROUP BY bucket, person
