"""What a caller can ask for, as models."""
