"""Sensitive topics at index time: the taxonomy, the classifier, and which topics each item touches."""
