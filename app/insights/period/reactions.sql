-- What a person did with an item after an answer, events of the same kind counted once.
CREATE TEMP TABLE reactions AS
SELECT xor(key, hash(item_id)) AS slot, bit_or(signs) AS signs
FROM events JOIN (SELECT key, served_at FROM period_answers) AS answers
    ON answers.key = hash(events.recommendation_id, events.user_id)
WHERE occurred_at < answers.served_at + to_seconds($window)
GROUP BY slot
