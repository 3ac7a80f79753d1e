"""Moving up: everything that a folder's DuckDB holds, into PostgreSQL."""
