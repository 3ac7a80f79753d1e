"""Pages and their files: guarded by their headers, cached for ever under an address that changes with them."""

import re

import pytest
from pydantic import ValidationError

from app.pages.files import static_files, version
from app.pages.plot import MAX_POINTS, PlotRequest, Point, Series, draw
from app.pages.render import render

PAGES = ["/", "/me", "/console"]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_runs_and_shows_nothing_but_files_of_this_server(client, path):
    page = client.get(path)
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert not re.search(r"<style|<script(?![^>]* src=)| style=| on\w+=|https?:", page.text)
    named = re.findall(r"/static/(\w+)/([^\"]+)", page.text)
    assert named
    assert all(release == version() and name in static_files() for release, name in named)


@pytest.mark.parametrize("name", static_files())
def test_every_file_is_served_and_kept(client, name):
    answer = client.get(f"/static/{version()}/{name}")
    assert answer.content == static_files()[name].content
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    latest = client.get(f"/static/latest/{name}")
    assert (latest.content, latest.headers["cache-control"]) == (answer.content, "no-cache")


@pytest.mark.parametrize("path", ["latest/js/none.js", "0123/js/dom.js", "latest/..%2f..%2fmain.py", "latest/"])
def test_nothing_else_is_served(client, path):
    assert client.get(f"/static/{path}").status_code == 404


def test_no_script_makes_markup_of_text_or_keeps_anything():
    for name, file in static_files().items():
        if name.endswith(".js"):
            found = re.findall(
                rb"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|localStorage", file.content
            )
            assert not found, name


def test_templates_escape():
    assert "<i>" not in render("for-you.html", path="/", embedders=("<i>",))


def two_series(**more):
    labels = [f"2026-11-{day:02}" for day in range(1, 29)]
    series = [Series(name="CTR", values=[0.1, None] * 14), Series(name="<b>", values=[0.12] * 28)]
    return PlotRequest(**{"kind": "line", "title": "CTR & so on", "labels": labels, "series": series} | more)


@pytest.mark.parametrize("kind", ["line", "bar", "stacked"])
def test_a_plot_has_neither_styles_nor_scripts_and_says_what_it_is(kind):
    svg = draw(two_series(kind=kind, unit="percent")).decode()
    assert 'role="img"' in svg
    assert 'aria-label="CTR &amp; so on"' in svg
    assert not re.search(r"<style|<script|style=|<b>|href|http(?!://www.w3.org/2000/svg)", svg)
    assert "10 %" in svg


def test_a_scatter_plot_names_its_points():
    svg = draw(
        PlotRequest(kind="scatter", title="Map", series=[Series(name="a", points=[Point(x=1, y=2, label="<i>")])])
    )
    assert b"&lt;i&gt;" in svg


def test_plots_are_asked_for(client):
    answer = client.post("/plots", json=two_series().model_dump())
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["cache-control"] == "no-store"
    for wrong in ({"kind": "pie"}, {"series": []}, {"colour": "red"}):
        assert client.post("/plots", json=two_series().model_dump() | wrong).status_code == 422


def test_no_plot_has_too_much():
    many = [Series(name="a", values=[1.0] * MAX_POINTS)] * 2
    with pytest.raises(ValidationError, match="more than 5000 points"):
        two_series(series=many)


def test_without_keys_nobody_need_sign_in(client):
    assert client.get("/session").json() == {"kind": "keyless", "user_id": None, "may": [], "expires_at": None}
    assert "set-cookie" not in client.post("/session").headers
