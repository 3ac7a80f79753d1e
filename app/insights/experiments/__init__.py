"""Experiments: who is answered by which policy, and what came of it."""
