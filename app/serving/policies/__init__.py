"""Policies: weights, floors and snapshot, versioned as one, kept on disk, and put in force without a failed request."""
