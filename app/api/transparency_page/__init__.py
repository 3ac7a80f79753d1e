"""The charter as a page for people: plain HTML, readable without scripts, fonts or anything from another server."""

from app.api.transparency_page.page import transparency_page
from app.api.transparency_page.style import HEADERS

__all__ = ["HEADERS", "transparency_page"]
