"""The arithmetic of a request as compiled loops; the same in numpy stands beside its callers, and tests hold both equal."""
