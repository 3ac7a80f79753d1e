"""The recommendation model: value types and pure mathematics, without HTTP, database or files."""
