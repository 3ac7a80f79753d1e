"""An operator's journey through the console, and what holds for each of its sections."""

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from app.access.keyfile import KeyFile
from tests.browser.conftest import NOW, served

pytestmark = [pytest.mark.browser, pytest.mark.server]

SECTIONS = {
    "overview": "Click-through rate",
    "health": "Service",
    "rejected": "Why, since the service started",
    "inspector?user=ann": "Stages",
    "people?user=ann": "Interests",
    "catalogue?text=telescope": "Found for “telescope”",
    "map": "The same as a table",
    "trial": "Settings",
    "policies": "Snapshots",
    "experiments": "Begin one",
    "audits": "Make one",
    "charter": "Data that is used",
}
"""With a heading of each."""
PEOPLE = ["ann", "bob", "cyd"]
HOSTILE = {
    "item_id": "<i>hostile</i>",
    "title": "Telescope &amp;lt;img src=x onerror=alert(1)&amp;gt; & galaxies",
    "text": "telescope galaxies planets nebula orbit",
    "tags": ["<b>astronomy</b>", 'x" onmouseover=alert(1)'],
    "format": "article",
    "language": "en",
    "published_at": NOW.isoformat(),
}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, httpx.Client]]:
    """(Address, an operator's key, the same server without a browser): three people were served, and did something."""
    folder = tmp_path_factory.mktemp("guarded")
    key = KeyFile(folder).change(lambda keys: keys.with_key("ops", (), datetime.now(UTC)))
    with served(folder) as where, httpx.Client(base_url=where, headers={"X-API-Key": key}, trust_env=False) as http:
        for person in PEOPLE:
            likes = [event(person, f"i/{number:03}%", "like") for number in range(PEOPLE.index(person), 60, 6)]
            assert http.post("/events", json=likes).is_success
            slate = http.get("/recommend", params={"user_id": person, "limit": 8}).json()
            answer, shown = slate["recommendation_id"], [item["item_id"] for item in slate["items"]]
            told = [event(person, item, "impression", answer) for item in shown]
            assert http.post("/events", json=[*told, event(person, shown[0], "click", answer)]).is_success
        assert http.post("/items", json=HOSTILE).is_success
        yield where, key, http


def event(person, item, kind, answer=None):
    row = {"user_id": person, "item_id": item, "type": kind, "occurred_at": NOW.isoformat()}
    return row | {"event_id": f"{person}-{item}-{kind}"} | ({"recommendation_id": answer} if answer else {})


@pytest.fixture
def operator(opened, guarded):
    """Opens a section of the console as an operator who has signed in."""
    where, key, _ = guarded

    def go(section="", **window):
        page = opened(f"/console#/{section}", at=where, **window)
        page.get_by_label("Key").fill(key)
        page.get_by_role("button", name="Sign in").click()
        page.locator(".view:not([aria-busy])").wait_for()
        return page

    return go


def goes_to(page, section, heading):
    page.evaluate("section => { location.hash = `#/${section}` }", section)
    page.get_by_role("heading", name=heading, exact=True).wait_for()
    page.locator(".view:not([aria-busy])").wait_for()


def numbers(page, caption, columns):
    table = page.get_by_role("table", name=caption)
    table.wait_for()
    rows = table.locator("tbody tr").all()
    return [tuple(cell.replace(",", "") for cell in row.locator("th, td").all_inner_texts()[:columns]) for row in rows]


@pytest.mark.parametrize(
    ("scheme", "width", "sections"),
    [("dark", 390, SECTIONS), ("light", 1600, ["overview", "inspector?user=ann", "map", "trial"])],
)
def test_sections_are_accessible_and_fit(operator, accessible, guarded, scheme, width, sections):
    guarded[2].post("/items", json=[{"item_id": "bad"}])
    page = operator(color_scheme=scheme, viewport={"width": width, "height": 900})
    for section in sections:
        goes_to(page, section, SECTIONS[section])
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), section


def test_only_an_operators_key_opens_it_and_nothing_secret_is_kept(opened, guarded):
    where, key, _ = guarded
    page = opened("/console", at=where)
    page.get_by_label("Key").wait_for()
    assert "ann" not in page.content()
    page.get_by_label("Key").fill(key)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Overview").wait_for()
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href])")
    assert key not in kept
    assert "penchant_session" not in kept
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Key").wait_for()


def test_figures_of_what_was_served_are_shown_and_alerts(operator, guarded):
    page = operator("overview")
    told = guarded[2].get("/insights/metrics").json()["metrics"]
    rate = next(each["value"] for each in told if each["metric"] == "click_through_rate")
    tile = page.get_by_role("region", name="Click-through rate", exact=True)
    assert f"{100 * rate:.1f} %" in tile.inner_text()
    tile.get_by_role("img").wait_for()
    assert page.get_by_role("table", name="Every alert").locator("tbody tr").count() == 10


def test_the_inspectors_numbers_are_those_of_the_debug_trace(operator, guarded):
    page = operator("inspector")
    page.get_by_label("Person", exact=True).fill("ann")
    page.get_by_label("Items", exact=True).fill("7")
    page.get_by_role("button", name="Inspect").click()
    shown = numbers(page, "What every stage did", 3)
    asked = {"user_id": "ann", "limit": 7, "debug": True}
    slate = guarded[2].post("/recommend", json=asked).json()
    assert shown == [(each["stage"], str(each["n_in"]), str(each["n_out"])) for each in slate["trace"]]
    titles = [row[1].splitlines()[0] for row in numbers(page, "The slate", 2)]
    assert [title.removesuffix("exploration").strip() for title in titles] == [item["title"] for item in slate["items"]]


def test_other_settings_stand_side_by_side(operator):
    page = operator("inspector?user=ann")
    page.get_by_text("Side by side with other settings").click()
    page.get_by_label("Exploration, at least", exact=True).fill("0.8")
    page.get_by_role("button", name="Inspect").click()
    page.get_by_role("heading", name="By the other settings").wait_for()
    assert page.get_by_text("floors.exploration_share").is_visible()
    assert page.get_by_role("table", name="The slate").count() == 2


def test_people_items_and_topics_are_found_and_markup_stays_text(operator):
    page = operator("people?user=ann")
    page.get_by_role("table", name="Topics of interest").wait_for()
    goes_to(page, "catalogue", "Search")
    page.get_by_label("Words or meaning").fill("telescope galaxies")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("heading", name="Found for").wait_for()
    page.get_by_role("link", name="Telescope").click()
    page.get_by_role("heading", name="Near it").wait_for()
    assert HOSTILE["item_id"] in page.locator("main").inner_text()
    assert page.locator("main").locator("b, i, img, [onmouseover]").count() == 0
    goes_to(page, "map", "The same as a table")
    circles = page.locator(".map circle").count()
    rows = page.get_by_role("table", name="Topics").locator("tbody tr").count()
    assert circles == rows > 0


def test_a_table_sorts_by_the_column_that_is_pressed(operator):
    page = operator("map")
    head = page.get_by_role("columnheader", name="Slots", exact=True)
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    slots = [int(row[3]) for row in numbers(page, "Topics", 4)]
    assert slots == sorted(slots, reverse=True)


def test_settings_are_tried_saved_put_in_force_and_taken_back(operator, guarded):
    page, http = operator("trial"), guarded[2]
    before = http.get("/admin/policies").json()["in_force"]
    page.get_by_label("Exploration, at least", exact=True).fill("0.6")
    page.get_by_role("button", name="Try on a sample").click()
    page.get_by_role("heading", name="Effect").wait_for()
    assert len(http.get("/admin/policies").json()["policies"]) == 1
    page.get_by_label("Why", exact=True).fill("More that is new")
    page.get_by_role("button", name="Save as a policy").click()
    page.get_by_role("button", name="Put it in force").click()
    page.get_by_role("heading", name="Policies and snapshots").wait_for()
    page.get_by_text("More that is new").first.wait_for()
    after = http.get("/admin/policies").json()
    assert after["in_force"] != before
    page.get_by_role("button", name=f"Roll back to {before}").click()
    page.get_by_role("dialog").get_by_role("button", name="Put it in force").click()
    page.get_by_role("button", name=f"Roll back to {after['in_force']}").wait_for()
    assert http.get("/admin/policies").json()["in_force"] == before


def test_rejected_rows_and_health_are_told(operator, guarded):
    guarded[2].post("/items", json=[{"item_id": "bad"}])
    page = operator("rejected")
    assert ("title", "is required") in numbers(page, "Reasons", 2)
    goes_to(page, "health", "Service")
    assert page.get_by_text("answered", exact=True).is_visible()
