"""What several processes share that answer from one database."""
