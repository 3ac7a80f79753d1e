"""What the benchmark commands are made of: one folder a benchmark, and beside them what several share."""
