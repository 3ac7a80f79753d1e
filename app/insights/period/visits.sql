-- The days on which each person was served, those after the period too.
CREATE TEMP TABLE visits AS
SELECT DISTINCT person, served_at::DATE AS day FROM answers JOIN persons USING (user_id)
