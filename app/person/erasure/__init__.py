"""That nothing is left of a person: what looks for it, and what shows that it would find it."""
