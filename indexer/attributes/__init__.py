"""Attributes of items that the operator declared with a type: read, checked, and kept as columns."""
