"""Alerts: what is watched of a running service, when something is told, and what is done about it."""
