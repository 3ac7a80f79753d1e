"""My profile: a person edits what is held of them, sees what would change before it does, takes it back, and goes."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from playwright.sync_api import expect

from app.access.keyfile import KeyFile

pytestmark = [pytest.mark.browser, pytest.mark.server]


def tell(http, user_id, *events):
    rows = [
        {"event_id": f"{user_id}-{n}", "user_id": user_id, "item_id": item, "type": kind}
        for n, (item, kind) in enumerate(events)
    ]
    assert http.post("/events", json=rows).json()["counts"]["accepted"] == len(rows)


def less_of(http, user_id):
    return profile_of(http, user_id)["explicit"].get("preferences", {}).get("less_of", [])


def profile_of(http, user_id):
    return http.get(f"/users/{user_id}/profile").json()


@pytest.fixture
def reader(opened, http, request):
    """Somebody with a past looks at their page; the id is the test's name."""
    user_id = request.node.name
    tell(http, user_id, ("i/000%", "like"), ("i/006%", "like"), ("i/001%", "save"), ("i/003%", "dislike"))
    page = opened(f"/me#user={user_id}")
    page.get_by_role("heading", name="Your interests").wait_for()
    return page, user_id


@pytest.mark.parametrize(("scheme", "width"), [("light", 1600), ("dark", 390)])
def test_everything_held_is_shown_and_accessible(opened, accessible, http, scheme, width):
    user_id = f"shown-{scheme}"
    tell(http, user_id, ("i/000%", "like"), ("i/003%", "dislike"))
    page = opened(f"/me#user={user_id}", color_scheme=scheme, viewport={"width": width, "height": 900})
    page.locator(".plot svg").wait_for()
    for each in page.locator("details").all():
        each.locator("summary").click()
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    for heading in (
        "What you did",
        "What you told us",
        "Sensitive topics",
        "What is used, and why",
        "Your data",
        "What was decided",
    ):
        expect(page.get_by_role("heading", name=heading)).to_be_visible()


def test_a_slider_previews_acts_and_is_undone(reader, accessible, http):
    page, user_id = reader
    topic = profile_of(http, user_id)["implicit"]["topics"][0]["topic"]
    page.locator(".wish input").first.focus()
    page.keyboard.press("ArrowLeft")
    page.locator(".compared").wait_for()
    accessible(page)
    assert not less_of(http, user_id)
    page.get_by_role("button", name="Leave it as it is").click()
    expect(page.locator(".wish output").first).to_have_text("As learned")
    page.locator(".wish input").first.focus()
    page.keyboard.press("ArrowLeft")
    page.locator(".compared").wait_for()
    page.keyboard.press("Enter")  # the focus is on "Do it"
    expect(page.locator(".toast")).to_contain_text(": less.")
    expect(page.locator(".wish output").first).to_have_text("Less")
    assert less_of(http, user_id) == [topic]
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator(".toast")).to_contain_text("Taken back.")
    expect(page.locator(".wish output").first).to_have_text("As learned")
    assert not less_of(http, user_id)


def test_this_was_not_me_deletes_what_it_brought_about(reader, http):
    page, user_id = reader
    page.locator(".interest summary").first.click()
    before = profile_of(http, user_id)["signals"]["positive"]
    page.locator(".interest").first.get_by_role("button", name="This was not me").first.click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.locator(".toast")).to_contain_text("it was not you")
    assert profile_of(http, user_id)["signals"]["positive"] == before - 1
    expect(page.locator(".decisions")).to_contain_text("it was not you")


def test_words_and_consent_are_given_and_taken_back(reader, http):
    page, user_id = reader
    page.get_by_role("textbox", name="Add to: What you are after").fill("bake bread")
    page.keyboard.press("Enter")
    expect(page.locator(".told .chip")).to_have_text(["bake bread"])
    page.get_by_role("button", name="Take back: bake bread").click()
    expect(page.locator(".told .chip")).to_have_count(0)
    page.locator(".consents [role=switch]").first.click()
    expect(page.locator(".consents [role=switch]").first).to_have_attribute("aria-checked", "true")
    assert len(profile_of(http, user_id)["explicit"]["allowed_sensitive_topics"]) == 1
    page.locator(".consents [role=switch]").first.click()
    expect(page.locator(".consents [role=switch]").first).to_have_attribute("aria-checked", "false")


def test_a_reset_is_undone_the_switch_is_turned_and_all_is_erased(reader, accessible, http):
    page, user_id = reader
    page.get_by_role("button", name="Forget…").click()
    page.get_by_role("button", name="Forget what was learned", exact=True).click()
    expect(page.locator(".interest")).to_have_count(0)
    page.get_by_role("button", name="Take it back").click()
    expect(page.locator(".interest").first).to_be_visible()
    page.get_by_role("switch", name="Personalization").click()
    expect(page.get_by_role("switch", name="Personalization")).to_have_attribute("aria-checked", "false")
    assert not profile_of(http, user_id)["personalization"]
    page.get_by_role("button", name="Erase…").click()
    page.get_by_role("button", name="Erase everything").click()
    page.get_by_role("heading", name="You are erased").wait_for()
    accessible(page)
    assert not profile_of(http, user_id)["known"]


def test_the_data_is_taken_along(reader):
    page, user_id = reader
    with page.expect_download() as waiting:
        page.get_by_role("button", name="JSON").click()
    assert user_id in waiting.value.path().read_text()


@pytest.fixture(scope="module")
def shop() -> Iterator[tuple[str, dict[str, str]]]:
    """A site of another origin; what it shows is put into the dictionary."""
    shown: dict[str, str] = {}

    class Shop(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.path == "/" else 204)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(shown["page"].encode() if self.path == "/" else b"")

        def log_message(self, *_):
            """Not to the terminal."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Shop) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", shown
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def guarded(serve, shop, tmp_path_factory) -> Iterator[tuple[str, str]]:
    """A server that has keys and lets the shop embed: its address, and a key that issues tokens."""
    folder = tmp_path_factory.mktemp("guarded")
    key = KeyFile(folder).change(lambda ring: ring.with_key("ops", (), datetime.now(UTC)))
    with serve(folder, http={"embed_origins": (shop[0],)}) as address:
        yield address, key


def token_of(guarded, user_id):
    answer = httpx.post(f"{guarded[0]}/users/{user_id}/tokens", headers={"X-API-Key": guarded[1]}, trust_env=False)
    return answer.json()["token"]


def test_a_shop_embeds_the_page_in_its_own_colours(opened, guarded, shop):
    element = f'<script type="module" src="{guarded[0]}/static/latest/js/profile-element.js"></script>'
    look = "<style>penchant-profile { --penchant-accent: rgb(122, 31, 92) }</style>"
    page = '<html lang="en"><title>Shop</title>{}<penchant-profile src="{}" token="{}"></penchant-profile>'
    shop[1]["page"] = page.format(look + element, guarded[0], token_of(guarded, "ada"))
    page = opened("/", at=shop[0])
    frame = page.frame_locator("iframe")
    frame.get_by_role("heading", name="My profile").wait_for()
    expect(frame.locator("header")).to_be_hidden()
    assert (
        frame.locator(".switch").first.evaluate("each => getComputedStyle(each).backgroundColor") == "rgb(122, 31, 92)"
    )
    expect(frame.get_by_role("button", name="Somebody else")).to_have_count(0)
    frame.get_by_role("switch", name="Personalization").click()
    expect(frame.get_by_role("switch", name="Personalization")).to_have_attribute("aria-checked", "false")
    assert page.locator("iframe").evaluate("each => each.offsetHeight") > 1_000
    control = frame.get_by_role("button", name="Forget…")
    control.click()
    shown = frame.get_by_role("dialog")
    assert abs(shown.bounding_box()["y"] - control.bounding_box()["y"]) < 200  # and not in the middle of a long frame


def test_no_page_but_the_persons_own_is_shown_in_a_frame(guarded, shop):
    for path in ("/", "/docs", "/transparency"):
        policy = httpx.get(guarded[0] + path, headers={"Accept": "text/html"}, trust_env=False).headers[
            "content-security-policy"
        ]
        assert "frame-ancestors 'none'" in policy
    policy = httpx.get(f"{guarded[0]}/me", trust_env=False).headers["content-security-policy"]
    assert f"frame-ancestors 'self' {shop[0]}" in policy


def test_signing_in_with_a_token_shows_that_person_and_signing_out_nobody(opened, guarded, accessible):
    page = opened("/me#user=somebody-else", at=guarded[0])
    page.get_by_label("Key or token").wait_for()
    accessible(page)
    page.get_by_label("Key or token").fill(token_of(guarded, "ada"))
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Your interests").wait_for()
    expect(page.locator(".head .chip")).to_have_text("ada")
    assert page.evaluate("[document.cookie, localStorage.length, sessionStorage.length]") == ["", 0, 0]
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Key or token").wait_for()
