"""HTTP as clients and tools expect it: HEAD, gzip, a page of documentation, a schema to generate from."""

from datetime import UTC, datetime
from html import escape

import pytest

from app.access.access import Access
from app.access.keyfile import KeyFile
from app.access.settings import AccessSettings


@pytest.mark.parametrize("path", ["/livez", "/recommend?user_id=u", "/transparency", "/openapi.json", "/docs", "/"])
def test_head_is_get_without_the_body(client, path):
    whole, head = client.get(path), client.head(path)
    assert head.status_code == whole.status_code == 200
    assert head.content == b""
    assert head.headers["content-type"] == whole.headers["content-type"]
    assert head.headers["content-length"] == whole.headers["content-length"]


def test_head_has_the_status_of_get(client):
    for path, status in (("/recommend", 422), ("/nowhere", 404), ("/events", 405)):
        assert client.head(path).status_code == status


def test_long_answers_are_packed_for_those_who_take_it(client):
    packed = client.get("/openapi.json", headers={"Accept-Encoding": "gzip"})
    plain = client.get("/openapi.json", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.json() == plain.json()
    assert int(packed.headers["content-length"]) < len(plain.content) / 3
    assert "content-encoding" not in client.get("/livez").headers


def test_slates_are_packed_likewise_though_they_pass_by_the_router(client, service):
    service.title = "A title " * 500
    packed = client.get("/recommend?user_id=u", headers={"Accept-Encoding": "gzip"})
    plain = client.get("/recommend?user_id=u", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert packed.json() == plain.json()
    assert int(packed.headers["content-length"]) < len(plain.content)


def test_the_page_names_every_operation_and_needs_nobody_else(client):
    page, document = client.get("/docs"), client.get("/openapi.json").json()
    assert page.headers["content-type"].startswith("text/html")
    for template, methods in document["paths"].items():
        for method, operation in methods.items():
            assert f"{method.upper()} {template}" in page.text
            assert escape(operation["summary"]) in page.text
    assert "http" not in page.text.replace("HTTP", "").replace("https://example.org", "").lower()
    assert "<script" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


@pytest.fixture
def access(tmp_path) -> Access:
    """With a key, in the tests that ask for `key` before `client`."""
    return Access(AccessSettings(), tmp_path, "127.0.0.1")


@pytest.fixture
def key(tmp_path) -> str:
    return KeyFile(tmp_path).change(lambda ring: ring.with_key("ops", (), datetime.now(UTC)))


def test_a_key_as_bearer_is_told_where_it_belongs(key, client):
    for shown in (key, key[:-1]):
        answer = client.get("/users/u/profile", headers={"Authorization": f"Bearer {shown}"})
        assert answer.status_code == 401
        assert answer.json()["detail"] == "This is a key and no token: send it in the header X-API-Key, without Bearer."


def test_no_field_of_a_body_has_a_default_that_a_generated_client_would_send(client):
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    for name in (
        "RecommendRequest",
        "PageRequest",
        "PlacementRequest",
        "SimilarRequest",
        "ProfilePatch",
        "PreferencesPatch",
        "MutedPatch",
        "EventDocument",
    ):
        assert not [field for field, about in schemas[name]["properties"].items() if "default" in about], name
    assert schemas["RecommendRequest"]["required"] == ["user_id"]
    assert schemas["RecommendRequest"]["properties"]["limit"]["description"].endswith("Without it: 20.")
