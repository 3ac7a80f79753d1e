-- Who was answered by an experiment, machines aside: the variants that each person was given, and since when.
SELECT answers.user_id, list_sort(list(DISTINCT answers.variant)) AS variants, min(answers.served_at) AS first_at,
    count(DISTINCT answers.asked_as) AS ids
FROM answers ANTI JOIN (SELECT user_id FROM people WHERE machine) AS machines USING (user_id)
WHERE answers.experiment = $experiment AND answers.user_id IS NOT NULL
GROUP BY answers.user_id
ORDER BY answers.user_id
