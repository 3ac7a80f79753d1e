"""Penchant itself among the models that are compared: its item vectors with exact search, and the service as it is."""
