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


@pytest.mark.parametrize("path", ["/transparency", pytest.param("/docs", marks=pytest.mark.nightly)])
def test_the_pages_without_scripts_are_accessible_too(opened, accessible, path):
    page = opened(path, color_scheme="dark", viewport={"width": 390, "height": 844})
    page.get_by_role("heading", level=1).wait_for()
    accessible(page)
    page.get_by_role("link", name="Penchant", exact=True).click()
    page.get_by_label("What are you after?").wait_for()
