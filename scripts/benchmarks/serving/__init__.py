"""What a served request costs: the real server under load, its framework's ceiling, and another checkout beside it."""
