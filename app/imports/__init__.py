"""Imports: events of a file, many at a time, taken up again where they were broken off."""
