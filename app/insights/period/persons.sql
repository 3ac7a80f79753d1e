-- Who is counted: everybody of whom anything is known, machines marked.
CREATE TEMP TABLE persons AS SELECT * FROM people
