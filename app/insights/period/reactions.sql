-- What a person did with an item that an answer of the period held, events of the same kind counted once.
CREATE TEMP TABLE reactions AS
SELECT
    answer, item,
    bool_or(type = 'impression') AS seen,
    bool_or(type = 'click') AS clicked,
    bool_or(polarity > 0) AS engaged,
    bool_or(polarity < 0) AS opposed,
    min(occurred_at) FILTER (polarity > 0) AS engaged_at
FROM events
    JOIN (SELECT recommendation_id, user_id, served_at, answer FROM period_answers) AS answers
        USING (recommendation_id, user_id)
    JOIN items USING (item_id)
WHERE occurred_at < answers.served_at + to_seconds($window)
GROUP BY answer, item
