"""The shape of every answer, for /openapi.json: answers are not built from these, but tested against them."""
