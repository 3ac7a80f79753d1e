"""For you: somebody arrives new, says what they are after, and sees every step of theirs act at once."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.server]


def titles(page):
    return page.locator(".item h2").all_text_contents()


def slate_of(http, user_id):
    return http.get("/recommend", params={"user_id": user_id, "limit": 12}).json()


def user_of(page):
    return page.evaluate("new URLSearchParams(location.hash.slice(1)).get('user')")


@pytest.fixture
def newcomer(opened, accessible):
    """Somebody new has said what they are after, and sees their first slate."""
    page = opened("/")
    page.get_by_label("What are you after?").fill("learn about galaxies\ngrow vegetables")
    page.get_by_text("astronomy", exact=True).first.click()
    accessible(page)
    page.get_by_role("button", name="Show me my page").click()
    page.locator(".item").first.wait_for()
    return page


def test_what_a_newcomer_states_is_kept_and_followed(newcomer, accessible, http):
    user_id = user_of(newcomer)
    stated = http.get(f"/users/{user_id}/profile").json()["explicit"]
    assert stated["goals"] == ["learn about galaxies", "grow vegetables"]
    assert stated["preferences"]["tags"] == ["astronomy"]
    assert titles(newcomer)[0] == slate_of(http, user_id)["items"][0]["title"]
    expect(newcomer.locator(".label").first).to_contain_text("astronomy", ignore_case=True)
    accessible(newcomer)


def test_a_step_acts_at_once_and_can_be_undone(newcomer, http):
    profile = f"/users/{user_of(newcomer)}/profile"
    liked = titles(newcomer)[0]
    newcomer.get_by_role("button", name=f"Like {liked}", exact=True).click()
    expect(newcomer.locator(".label", has_text=liked).first).to_be_visible()
    assert newcomer.locator(".done").inner_text().startswith(f"You liked {liked}")
    dismissed = titles(newcomer)[1]
    newcomer.get_by_role("button", name=f"Dismiss {dismissed}", exact=True).click()
    expect(newcomer.locator(".done")).to_contain_text(f"You dismissed {dismissed}")
    assert dismissed not in titles(newcomer)
    assert http.get(profile).json()["signals"]["by_type"] == {"dismiss": 1, "like": 1}
    newcomer.get_by_role("button", name=f"Undo: you dismissed {dismissed}").click()
    expect(newcomer.locator(".steps li")).to_have_count(1)
    assert http.get(profile).json()["signals"]["by_type"] == {"like": 1}


def test_why_names_the_evidence_and_what_would_be_without_it(newcomer, accessible):
    liked = titles(newcomer)[0]
    newcomer.get_by_role("button", name=f"Like {liked}", exact=True).click()
    because = newcomer.locator(".item", has=newcomer.locator(".label", has_text=liked)).first
    because.get_by_role("button", name="Why this?").click()
    dialog = newcomer.get_by_role("dialog")
    expect(dialog).to_contain_text(f"You liked {liked}")
    expect(dialog.get_by_role("heading", name=f'Without "liked {liked}"')).to_be_visible()
    accessible(newcomer)
    newcomer.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert newcomer.evaluate("document.activeElement.textContent") == "Why this?"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_slate_is_accessible_in_both_schemes(opened, accessible, scheme):
    page = opened("/#user=nobody", color_scheme=scheme, viewport={"width": 390, "height": 844})
    page.locator(".item").first.wait_for()
    page.locator(".receipt summary").click()
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_more_less_and_similar_are_in_the_menu_and_further_pages_below(opened, http):
    page = opened("/#user=menu")
    page.locator(".item").first.wait_for()
    first = titles(page)[0]
    page.get_by_label(f"More for {first}", exact=True).click()
    page.get_by_role("button", name="Show similar").click()
    page.get_by_role("dialog").locator(".alike").first.wait_for()
    page.keyboard.press("Escape")
    page.get_by_label(f"More for {first}", exact=True).click()
    page.get_by_role("button", name="More like this").click()
    expect(page.locator(".done")).to_contain_text(f"You want more like {first}")
    assert http.get("/users/menu/profile").json()["signals"]["by_type"] == {"more_like_this": 1}
    before = titles(page)
    page.get_by_role("button", name="Show more").click()
    expect(page.locator(".item")).not_to_have_count(len(before))
    assert titles(page)[: len(before)] == before
    assert len(set(titles(page))) == len(titles(page)) > len(before)


def test_the_keyboard_alone_is_enough(opened):
    page = opened("/#user=keys")
    page.locator(".item").first.wait_for()
    reached = ""
    for _ in range(40):
        page.keyboard.press("Tab")
        reached = page.evaluate("document.activeElement.getAttribute('aria-label') ?? ''")
        if re.match(r"Like ", reached):
            break
    page.keyboard.press("Enter")
    expect(page.locator(".done")).to_contain_text(f"You liked {reached.removeprefix('Like ')}")
    assert page.evaluate("document.activeElement.textContent") == "Undo"
    page.keyboard.press("Enter")
    expect(page.locator(".done")).to_have_count(0)


def test_an_error_is_told_where_it_happened(opened):
    page = opened(f"/#user={'x' * 300}", tolerate="422")
    expect(page.get_by_role("alert")).to_contain_text("256")


def test_while_personalization_is_off_a_step_says_what_becomes_of_it(opened, http):
    http.put("/users/off/personalization", json={"enabled": False})
    page = opened("/#user=off")
    expect(page.locator(".lead")).to_contain_text("Personalization is off")
    first = titles(page)[0]
    page.get_by_role("button", name=f"Like {first}", exact=True).click()
    expect(page.locator(".toast")).to_contain_text("The person switched personalization off")
    assert http.get("/users/off/profile").json()["signals"]["by_type"] == {}
