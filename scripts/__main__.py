"""``python -m scripts`` is ``penchant``."""

from scripts.cli import app

app()
