"""What all tests share: how Hypothesis runs."""

from hypothesis import settings

settings.register_profile("shared-machine", deadline=None)  # an example that waits for a core is no bug
settings.load_profile("shared-machine")
