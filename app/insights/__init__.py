"""Insights: what was served, what came of it, and the figures that are made of the two."""
