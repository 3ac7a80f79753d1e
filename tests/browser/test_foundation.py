"""What holds for every page: it is shown, it is accessible, and it asks this server only."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.server]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_first_page_is_shown_and_accessible(opened, accessible, scheme):
    page = opened("/", color_scheme=scheme)
    page.get_by_label("Your id").fill("ann")
    page.get_by_role("button", name="Show my page").click()
    page.get_by_role("heading", name="For you").wait_for()
    page.get_by_role("heading", name='& "friends"').first.wait_for()
    accessible(page)


def test_the_keyboard_reaches_the_content_first(opened):
    page = opened("/")
    page.get_by_label("Your id").wait_for()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.labels?.[0]?.textContent") == "Your id"
