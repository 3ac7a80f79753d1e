"""Encoders measured side by side: languages, English topics, speed."""
