-- Who is counted: everybody of whom anything is known, each with a number, machines marked.
CREATE TEMP TABLE persons AS SELECT *, row_number() OVER ()::INTEGER AS person FROM people
