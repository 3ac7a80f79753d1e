"""Trials: what other settings would do, before they are a policy; nothing of it is served to anybody."""
