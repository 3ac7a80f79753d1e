"""What stands behind a label: evidence, claims that are tested on it, and the account of a whole score."""
