-- The answers of the period, those to machines left out, each with numbers of its own, its person and its bucket. `key` is
-- what events find it by. What is long stays in the log.
CREATE TEMP TABLE period_answers AS
WITH named AS (
    SELECT hash(answers.recommendation_id, answers.user_id) AS key, answers.recommendation_id, answers.user_id,
        persons.person, answers.served_at, answers.diversity, answers.floors_missed, answers.floors_unaffordable,
        {bucket} AS bucket_name
    FROM answers LEFT JOIN persons USING (user_id) {told}
    WHERE served_at >= $first AND served_at < $after AND NOT answers.machine AND NOT coalesce(persons.machine, false)
),
buckets AS (
    SELECT bucket_name, row_number() OVER (ORDER BY bucket_name)::INTEGER AS bucket
    FROM (SELECT DISTINCT bucket_name FROM named)
)
SELECT named.*, buckets.bucket, row_number() OVER ()::INTEGER AS answer
FROM named JOIN buckets ON named.bucket_name IS NOT DISTINCT FROM buckets.bucket_name
