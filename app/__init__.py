"""The online service: HTTP in, slates out."""
