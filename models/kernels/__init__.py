"""The arithmetic of a request as compiled loops; their callers have it in numpy too, and tests hold both equal."""
