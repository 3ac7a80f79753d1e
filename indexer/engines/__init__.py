"""Vector engines: what finds the nearest items, in this process or beyond it."""
