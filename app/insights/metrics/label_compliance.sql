-- Of the slots that were served, the share that bore a label with a reason behind it.
SELECT bucket, count(label_kind) / count(*) AS value, count(label_kind) AS numerator, count(*) AS denominator,
    count(DISTINCT user_id) AS people
FROM slots GROUP BY bucket
