"""Backups of a data folder while it is served, and what a restore has to apply again."""
