"""Webhooks: what happens to the catalogue, the index and guardrails, told to other programs by signed POSTs."""
