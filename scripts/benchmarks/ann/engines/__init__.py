"""The indexes that are compared, one a file."""
