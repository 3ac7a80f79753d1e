"""Catalogues without people: items files of a few common shapes, and people who are made up for them."""
