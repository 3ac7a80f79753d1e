-- How many slots each person had in a bucket, and what came of them; answers that name nobody in one row.
CREATE TEMP TABLE tallies AS
SELECT
    bucket, person,
    count(*) AS served,
    count_if(labelled) AS labelled,
    count_if(seen) AS seen,
    count_if(seen AND clicked) AS clicked,
    count_if(seen AND engaged) AS engaged,
    count_if(seen AND opposed) AS opposed,
    count_if(seen AND exploration) AS explored,
    count_if(seen AND exploration AND engaged) AS accepted
FROM slots GROUP BY bucket, person
