"""What holds for every page: it is shown, it is accessible, and it asks this server only."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.server]


def test_the_keyboard_reaches_the_content_first(opened):
    page = opened("/")
    page.get_by_label("Your id").wait_for()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "goals"
