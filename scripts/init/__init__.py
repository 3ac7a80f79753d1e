"""``penchant init``: from files as they are to settings, a charter and a mapping that work."""
