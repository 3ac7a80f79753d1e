"""What replicas bring, and what they cost: servers on one PostgreSQL behind a balancer, beside one on DuckDB."""
