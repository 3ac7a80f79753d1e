"""Parameters are obeyed: each one that the OpenAPI document has changes what comes, as its witness here shows.

What operators have beside it (`/admin`, `/insights`) is shown in tests of its own. A parameter without a witness fails,
so that none is added that is taken and not used.
"""

import json
from collections.abc import Callable
from itertools import count
from typing import Any

import httpx
import pytest

from app.access.access import Access
from app.access.keyfile import KeyFile
from app.access.settings import AccessSettings
from app.api.application import build
from app.policy.charter.charter import PACKAGED
from app.settings import HttpSettings

APP = build(lambda _: None)
DOCUMENT = APP.openapi()
NUMBERS = count()
FLEETING = {"recommendation_id", "next_cursor", "trace", "user_id", "snapshot", "etag", "freshness"}


def parameters() -> set[tuple[str, str]]:
    """Of queries and headers, and the fields of bodies that are one object; ids in paths name what is asked about."""
    schemas, found = DOCUMENT["components"]["schemas"], set()
    for operations in (
        each for path, each in DOCUMENT["paths"].items() if not path.startswith(("/admin", "/insights"))
    ):
        for operation in operations.values():
            names = [each["name"] for each in operation.get("parameters", ()) if each["in"] != "path"]
            for body in operation.get("requestBody", {}).get("content", {}).values():
                names += schemas.get(body["schema"].get("$ref", "").rpartition("/")[2], {}).get("properties", ())
            found |= {(operation["operationId"], name) for name in names}
    return found


class Shop:
    """A service behind HTTP, and somebody new for each test, who has done a little."""

    def __init__(self, home: Any, app: Any, state: dict[str, Any], key: str) -> None:
        async def served(scope: Any, receive: Any, send: Any) -> None:
            await app({**scope, "state": dict(state)}, receive, send)

        self.home, self.user = home, f"person-{next(NUMBERS)}"
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(served), base_url="http://localhost", headers={"X-API-Key": key}
        )

    def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        answer = self.home.loop.run_until_complete(self.client.request(method, path.format(u=self.user), **more))
        assert answer.status_code < 300, answer.text
        return answer

    def slate(self, post: bool = False, **fields: Any) -> Any:
        return self._asked("/recommend", post, {"user_id": self.user, "limit": 5, **fields})

    def near(self, post: bool = False, **fields: Any) -> Any:
        return self._asked("/similar", post, {"item_id": "i000", "limit": 5, **fields})

    def _asked(self, path: str, post: bool, fields: dict[str, Any]) -> Any:
        given = {name: value for name, value in fields.items() if value is not None}
        answer = self.send("POST", path, json=given) if post else self.send("GET", path, params=given)
        return {name: value for name, value in answer.json().items() if name not in FLEETING}

    def event(self, kind: str, item: str = "i006", user: str | None = None) -> str:
        event = {"event_id": f"e{next(NUMBERS)}", "user_id": user or self.user, "item_id": item, "type": kind}
        self.send("POST", "/events", json=event)
        return event["event_id"]

    def patched(self, **changes: Any) -> Any:
        return self.send("PATCH", "/users/{u}/profile", json=changes).json()["explicit"]

    def topic(self) -> str:
        return str(self.home.service.snapshot_swap.current.catalogue.slug_of("i006"))

    def fresh(self) -> "Shop":
        """The same shop with somebody else."""
        self.user = f"person-{next(NUMBERS)}"
        return self


def recommend(post: bool) -> dict[str, Callable[[Shop], tuple[Any, Any]]]:
    def user_id(shop: Shop) -> tuple[Any, Any]:
        shop.event("like")
        return shop.slate(post), shop.fresh().slate(post)

    def hide_seen(shop: Shop) -> tuple[Any, Any]:
        shop.event("like")
        return shop.slate(post, limit=100), shop.slate(post, limit=100, hide_seen=False)

    def cursor(shop: Shop) -> tuple[Any, Any]:
        given = {"user_id": shop.user, "limit": 5}
        following = shop.send("POST", "/recommend", json=given).json()["next_cursor"]
        return shop.slate(post), shop.slate(post, cursor=following)

    def seen_days(shop: Shop) -> tuple[Any, Any]:
        shop.event("like")
        return shop.slate(post, limit=100), shop.slate(post, limit=100, seen_days=["like:0"])

    def hide_own(shop: Shop) -> tuple[Any, Any]:
        shop.user = "p1"  # who provides items
        return shop.slate(post, limit=100), shop.slate(post, limit=100, hide_own=False)

    return {
        "user_id": user_id,
        "hide_seen": hide_seen,
        "seen_days": seen_days,
        "hide_own": hide_own,
        "filter": lambda shop: (shop.slate(post), shop.slate(post, filter="provider != 'p1'")),
        "cursor": cursor,
        "limit": lambda shop: (shop.slate(post), shop.slate(post, limit=7)),
        "exclude": lambda shop: (shop.slate(post), shop.slate(post, exclude=[shop.slate()["items"][0]["item_id"]])),
        "scenario": lambda shop: (shop.slate(post), shop.slate(post, scenario="home")),
        "fields": lambda shop: (shop.slate(post), shop.slate(post, fields=["provider"])),
        "context": lambda shop: (shop.slate(post), shop.slate(post, context=["device:phone"])),
        "debug": lambda shop: (shop.slate(post), shop.slate(post, debug=True)),
        "explain": lambda shop: (shop.slate(post), shop.slate(post, explain="full")),
    }


def similar(post: bool) -> dict[str, Callable[[Shop], tuple[Any, Any]]]:
    def user_id(shop: Shop) -> tuple[Any, Any]:
        shop.event("dismiss")
        return shop.near(post, limit=100), shop.near(post, limit=100, user_id=shop.user)

    def hide_seen(shop: Shop) -> tuple[Any, Any]:
        shop.event("like")
        asked = {"limit": 100, "user_id": shop.user}
        return shop.near(post, **asked), shop.near(post, **asked, hide_seen=True)

    def seen_days(shop: Shop) -> tuple[Any, Any]:
        shop.event("like")
        asked = {"limit": 100, "user_id": shop.user, "hide_seen": True}
        return shop.near(post, **asked), shop.near(post, **asked, seen_days=["like:0"])

    return {
        "user_id": user_id,
        "hide_seen": hide_seen,
        "seen_days": seen_days,
        "filter": lambda shop: (shop.near(post), shop.near(post, filter="provider != 'p1'")),
        "scenario": lambda shop: (shop.near(post), shop.near(post, scenario="home")),
        "item_id": lambda shop: (shop.near(post), shop.near(post, item_id="i001")),
        "text": lambda shop: (shop.near(post), shop.near(post, item_id=None, text="bishop endgame")),
        "by": lambda shop: (shop.near(post), shop.near(post, by="behaviour")),
        "limit": lambda shop: (shop.near(post), shop.near(post, limit=6)),
        "exclude": lambda shop: (shop.near(post), shop.near(post, exclude=[shop.near()["items"][0]["item_id"]])),
        "fields": lambda shop: (shop.near(post), shop.near(post, fields=["provider"])),
    }


def page(**fields: Any) -> Callable[[Shop], tuple[Any, Any]]:
    """The slates of a page, without what names the answers."""

    def shown(shop: Shop, more: dict[str, Any]) -> Any:
        asked = {"user_id": shop.user, "placements": [{"limit": 3}], **more}
        slates = shop.send("POST", "/recommend/page", json=asked).json()["slates"]
        return [slate["items"] for slate in slates]

    return lambda shop: (shown(shop, {}), shown(shop.fresh() if fields.get("user_id") else shop, fields))


def batch(witness: Callable[[Shop], tuple[Any, Any]]) -> Callable[[Shop], tuple[Any, Any]]:
    """The witness of a single slate, asked for as a batch of one."""

    def both(shop: Shop) -> tuple[Any, Any]:
        def slate(_: bool = False, *, user_id: str | None = None, **fields: Any) -> Any:
            given = {"user_ids": [user_id or shop.user], "limit": 5, **fields}
            line = shop.send("POST", "/recommend/batch", json=given).content.splitlines()[0]
            return {key: value for key, value in json.loads(line).items() if key not in FLEETING}

        shop.slate = slate  # type: ignore[method-assign]
        return witness(shop)

    return both


def batch_people(shop: Shop) -> tuple[Any, Any]:
    shop.event("like")
    people = [shop.user, shop.fresh().user]
    lines = shop.send("POST", "/recommend/batch", json={"user_ids": people, "limit": 5}).content.splitlines()
    return tuple(json.loads(line)["items"] for line in lines)


def listed(path: str) -> dict[str, Callable[[Shop], tuple[Any, Any]]]:
    def get(shop: Shop, **fields: Any) -> Any:
        return shop.send("GET", path, params=fields).json()

    def liked(shop: Shop) -> Shop:
        for n in range(5):
            for item in ("i006", "i012"):
                shop.event("like", item, user=f"crowd-{n}")
        return shop

    def user_id(shop: Shop) -> tuple[Any, Any]:
        liked(shop).event("dismiss")
        return get(shop), get(shop, user_id=shop.user)

    def hide_seen(shop: Shop) -> tuple[Any, Any]:
        liked(shop).event("like")
        return get(shop, user_id=shop.user), get(shop, user_id=shop.user, hide_seen=True)

    return {
        "user_id": user_id,
        "hide_seen": hide_seen,
        "limit": lambda shop: (get(liked(shop)), get(shop, limit=1)),
        "exclude": lambda shop: (get(liked(shop)), get(shop, exclude=["i006"])),
        "filter": lambda shop: (get(liked(shop)), get(shop, filter='item_id = "i012"')),
        "fields": lambda shop: (get(liked(shop)), get(shop, fields=["provider"])),
        "segment": segment(path, "segment"),
        "value": segment(path, "value"),
    }


def named(path: str) -> dict[str, Callable[[Shop], tuple[Any, Any]]]:
    def get(shop: Shop, **fields: Any) -> Any:
        return shop.send("GET", path, params=fields).json()

    return {
        "limit": lambda shop: (get(shop), get(shop, limit=1)),
        "filter": lambda shop: (get(shop), get(shop, filter='item_id = "i012"')),
    }


def catalogue_cursor(shop: Shop) -> tuple[Any, Any]:
    first = shop.send("GET", "/items", params={"limit": 2}).json()
    following = shop.send("GET", "/items", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    return first["items"], following["items"]


def patched_item(name: str, value: Any) -> Callable[[Shop], tuple[Any, Any]]:
    def both(shop: Shop) -> tuple[Any, Any]:
        before = shop.send("GET", "/items/i011").json()
        return before.get(name), shop.send("PATCH", "/items/i011", json={name: value}).json()[name]

    return both


def known(path: str) -> Callable[[Shop], tuple[Any, Any]]:
    """The status where the caller has nothing, and where it has what it asks for."""

    def both(shop: Shop) -> tuple[Any, Any]:
        first = shop.send("GET", path)
        asked = shop.client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        return first.status_code, shop.home.loop.run_until_complete(asked).status_code

    return both


def segment(path: str, name: str) -> Callable[[Shop], tuple[Any, Any]]:
    """Who has the plan that is asked for likes something, and nobody of another plan anything."""

    def both(shop: Shop) -> tuple[Any, Any]:
        for _ in range(12):
            shop.fresh().patched(attributes={"plan": f"{name}-of-{path}", "town": f"{name}-of-{path}"})
            shop.event("like", "i018")
        asked = {"segment": "plan", "value": f"{name}-of-{path}"}
        other = asked | ({"value": "none"} if name == "value" else {"segment": "town", "value": "none"})
        first, second = (shop.send("GET", path, params=each).json()["items"] for each in (asked, other))
        assert [item["item_id"] for item in first] == ["i018"]
        return first, second

    return both


def drawn(name: str, value: Any) -> Callable[[Shop], tuple[Any, Any]]:
    def both(shop: Shop) -> tuple[Any, Any]:
        asked = {
            "kind": "bar",
            "title": "Hours",
            "labels": ["a", "b"],
            "series": [{"name": "all", "values": [1.0, 2.0]}],
        }
        first, second = (shop.send("POST", "/plots", json=each).text for each in (asked, asked | {name: value}))
        return first, second

    return both


def together() -> dict[str, Callable[[Shop], tuple[Any, Any]]]:
    def get(shop: Shop, **fields: Any) -> Any:
        for n in range(11):
            for item in ("i024", "i030", "i031"):
                shop.event("like", item, user=f"both-{n}")
        return shop.send("GET", "/together", params={"item_id": "i024", **fields}).json()

    def user_id(shop: Shop) -> tuple[Any, Any]:
        shop.event("dismiss", "i030")
        return get(shop), get(shop, user_id=shop.user)

    return {
        "item_id": lambda shop: (get(shop), get(shop, item_id="i030")),
        "limit": lambda shop: (get(shop), get(shop, limit=1)),
        "user_id": user_id,
        "exclude": lambda shop: (get(shop), get(shop, exclude=["i030"])),
        "filter": lambda shop: (get(shop), get(shop, filter='item_id = "i031"')),
        "fields": lambda shop: (get(shop), get(shop, fields=["provider"])),
    }


def gone_by_filter(shop: Shop, confirm: int | None) -> tuple[Any, Any]:
    provider = f"gone-{next(NUMBERS)}"
    shop.send("POST", "/items", json={"item_id": provider, "title": "Soon gone", "provider": provider})
    asked = {"filter": f"provider = '{provider}'"} | ({} if confirm is None else {"confirm": confirm})
    counts = shop.send("POST", "/delete-items", json=asked).json()["counts"]
    return {"deleted": 0, "unknown": 0} if confirm is None else 0, counts if confirm is None else counts["deleted"]


def gone(shop: Shop) -> tuple[Any, Any]:
    item = {"item_id": f"gone-{next(NUMBERS)}", "title": "Soon gone"}
    shop.send("POST", "/items", json=item)
    before = shop.send("GET", "/items").json()["count"]
    shop.send("POST", "/delete-items", json={"item_ids": [item["item_id"]]})
    return before, shop.send("GET", "/items").json()["count"]


def edit(name: str, value: Any) -> Callable[[Shop], tuple[Any, Any]]:
    return lambda shop: (shop.patched(), shop.patched(**{name: value}))


def personalization(shop: Shop) -> tuple[Any, Any]:
    shop.event("like")
    return shop.slate(), (shop.patched(personalization=False), shop.slate())[1]


def if_match(shop: Shop) -> tuple[Any, Any]:
    with pytest.raises(AssertionError, match="outdated"):
        shop.send("PATCH", "/users/{u}/profile", json={"role": "nurse"}, headers={"If-Match": '"never"'})
    return shop.patched(role="nurse"), {}


def prefer(shop: Shop) -> tuple[Any, Any]:
    answer = shop.send("PATCH", "/users/{u}/profile", json={"role": "a"}, headers={"Prefer": "return=minimal"})
    return 200, answer.status_code


def reset(**wanted: Any) -> Callable[[Shop], tuple[Any, Any]]:
    """The whole slate after a reset of everything, and after one that is asked for so."""

    def after(shop: Shop, body: dict[str, Any]) -> Any:
        shop.fresh().event("like")
        shop.event("like", "i001")
        shop.send("POST", "/users/{u}/reset-embedding", json=body)
        return shop.slate(limit=100)["withheld"], shop.send("GET", "/users/{u}/profile").json()["signals"]

    def witness(shop: Shop) -> tuple[Any, Any]:
        return after(shop, {}), after(shop, {"topic": shop.topic()} if wanted.get("topic") else wanted)

    return witness


def switch(first: dict[str, Any], second: dict[str, Any]) -> Callable[[Shop], tuple[Any, Any]]:
    def after(shop: Shop, body: dict[str, Any]) -> Any:
        shop.fresh().event("like")
        shop.send("PUT", "/users/{u}/personalization", json=body)
        held = shop.slate(limit=100)["withheld"]
        shop.send("PUT", "/users/{u}/personalization", json={"enabled": True})
        return held, shop.send("GET", "/users/{u}/profile").json()["signals"], body["enabled"]

    return lambda shop: (after(shop, first), after(shop, second))


def wish(method: str, *queries: dict[str, Any], wishes: tuple[str, str] = ("more", "more")) -> Callable[[Shop], Any]:
    """What comes of two wishes about the same topic: the preview's length, and what stands afterwards."""

    def after(shop: Shop, query: dict[str, Any], wanted: str) -> Any:
        shop.fresh().event("like")
        body = {"json": {"wish": wanted}} if method == "PUT" else {}
        shown = shop.send(method, f"/users/{{u}}/interests/{shop.topic()}", params=query, **body).json()
        profile = shop.send("GET", "/users/{u}/profile").json()
        return len((shown["after"] or {"items": ()})["items"]), profile["explicit"], profile["signals"]

    return lambda shop: tuple(after(shop, *each) for each in zip(queries, wishes, strict=True))


def merge(shop: Shop) -> tuple[Any, Any]:
    session, before = f"session-{shop.user}", shop.send("GET", "/users/{u}/profile").json()["signals"]
    shop.event("like", user=session)
    shop.send("POST", "/users/{u}/merge", json={"from": session})
    return before, shop.send("GET", "/users/{u}/profile").json()["signals"]


def export(shop: Shop) -> tuple[Any, Any]:
    answers = [shop.send("GET", "/users/{u}/export", params={"format": form}) for form in ("json", "zip")]
    return tuple(answer.headers["content-type"] for answer in answers)


def lifetime(shop: Shop) -> tuple[Any, Any]:
    return tuple(
        shop.send("POST", "/users/{u}/tokens", json=body).json()["expires_at"] for body in ({}, {"lifetime_seconds": 5})
    )


PREVIEW = {"preview": "true"}
WITNESSES: dict[tuple[str, str], Callable[[Shop], tuple[Any, Any]]] = {
    **{("recommend", name): witness for name, witness in recommend(post=False).items()},
    **{("recommend_by_post", name): witness for name, witness in recommend(post=True).items()},
    **{("similar", name): witness for name, witness in similar(post=False).items()},
    **{("similar_by_post", name): witness for name, witness in similar(post=True).items()},
    ("recommend_batch", "user_ids"): batch_people,
    **{
        ("recommend_batch", name): batch(witness)
        for name, witness in recommend(post=True).items()
        if name not in {"user_id", "cursor", "debug"}
    },
    ("recommend_page", "user_id"): page(user_id="p2"),
    ("recommend_page", "placements"): page(placements=[{"limit": 3}, {"limit": 2}]),
    ("recommend_page", "exclude"): page(exclude=[f"i{number:03}" for number in range(24)]),
    **{("popular", name): witness for name, witness in listed("/popular").items()},
    **{("trending", name): witness for name, witness in listed("/trending").items()},
    **{("list_tags", name): witness for name, witness in named("/tags").items()},
    **{("list_topics", name): witness for name, witness in named("/topics").items()},
    **{("list_items", name): witness for name, witness in named("/items").items()},
    ("list_items", "fields"): lambda shop: tuple(
        shop.send("GET", "/items", params=asked).json()["items"] for asked in ({}, {"fields": ["format"]})
    ),
    ("list_items", "cursor"): catalogue_cursor,
    **{
        (operation, "If-None-Match"): known(path)
        for operation, path in {
            "get_item": "/items/i011",
            "list_items": "/items",
            "list_tags": "/tags",
            "list_topics": "/topics",
        }.items()
    },
    **{("together", name): witness for name, witness in together().items()},
    **{
        ("draw_plot", name): drawn(name, value)
        for name, value in {
            "kind": "line",
            "title": "Days",
            "labels": ["x", "y"],
            "series": [{"name": "all", "values": [3.0, 1.0]}],
            "unit": "percent",
            "width": 400,
            "height": 400,
        }.items()
    },
    ("delete_items", "item_ids"): gone,
    ("delete_items", "filter"): lambda shop: gone_by_filter(shop, None),
    ("delete_items", "confirm"): lambda shop: gone_by_filter(shop, 1),
    **{
        ("patch_item", name): patched_item(name, value)
        for name, value in {
            "title": "Another title",
            "text": "Another text",
            "tags": ["another"],
            "format": "podcast",
            "language": "fr",
            "published_at": "2024-01-01T00:00:00Z",
            "expires_at": "2031-01-01T00:00:00Z",
            "url": "https://example.org/another",
            "provider": "another",
            "sensitive_topics": [],
            "attributes": {"left": 3},
        }.items()
    },
    ("patch_profile", "role"): edit("role", "nurse"),
    ("patch_profile", "goals"): edit("goals", ["sail"]),
    ("patch_profile", "preferences"): edit("preferences", {"tags": ["rust"]}),
    ("patch_profile", "muted"): edit("muted", {"tags": ["rust"]}),
    ("patch_profile", "allowed_sensitive_topics"): edit("allowed_sensitive_topics", ["health"]),
    ("patch_profile", "time_zone"): edit("time_zone", "Europe/Berlin"),
    ("patch_profile", "attributes"): edit("attributes", {"plan": "free"}),
    ("patch_profile", "personalization"): personalization,
    ("patch_profile", "If-Match"): if_match,
    ("patch_profile", "Prefer"): prefer,
    ("reset_embedding", "keep_seen"): reset(keep_seen=True),
    ("reset_embedding", "topic"): reset(topic=True),
    ("reset_embedding", "since"): reset(since="2026-03-02T00:00:00Z"),
    ("switch_personalization", "enabled"): switch({"enabled": True}, {"enabled": False}),
    ("switch_personalization", "history"): switch({"enabled": False}, {"enabled": False, "history": "forget"}),
    ("switch_personalization", "keep_seen"): switch({"enabled": False}, {"enabled": False, "keep_seen": False}),
    ("state_interest", "wish"): wish("PUT", {}, {}, wishes=("more", "mute")),
    ("state_interest", "preview"): wish("PUT", {}, PREVIEW),
    ("state_interest", "limit"): wish("PUT", PREVIEW, PREVIEW | {"limit": 3}),
    ("remove_interest", "preview"): wish("DELETE", {}, PREVIEW),
    ("remove_interest", "limit"): wish("DELETE", PREVIEW, PREVIEW | {"limit": 3}),
    ("merge_user", "from"): merge,
    ("export_user", "format"): export,
    ("issue_token", "lifetime_seconds"): lifetime,
}


@pytest.fixture(scope="module")
def opened(tmp_path_factory, open_household, an_item):
    """The packaged charter declares no attributes of people; this one does."""
    folder = tmp_path_factory.mktemp("parameters")
    charter = folder / "charter.toml"
    home_only = {"scenarios": {"home": {"limit": 4, "fields": ["provider"], "when": {"device": ("phone",)}}}}
    with open_household(folder, charter=_with_attributes(charter), **home_only) as home:
        home.publish([an_item(number) for number in range(48)])
        key = KeyFile(folder).change(lambda ring: ring.with_key("ops", (), home.settings.as_of))
        access = Access(AccessSettings(), folder, "127.0.0.1")
        yield home, {"service": home.service, "http": HttpSettings(), "access": access}, key


def _with_attributes(path: Any) -> Any:
    declared = 'plan = { why = "test" }\ntown = { why = "test" }\n'
    path.write_text(f"{PACKAGED.read_text()}\n[attributes]\n{declared}[segments]\n{declared}")
    return path


@pytest.fixture
def shop(opened):
    home, state, key = opened
    return Shop(home, APP, state, key)


def test_every_parameter_has_its_witness():
    assert set(WITNESSES) == parameters()


@pytest.mark.parametrize(("operation", "name"), WITNESSES)
def test_a_parameter_changes_what_comes(shop, operation, name):
    without, with_it = WITNESSES[operation, name](shop)
    assert without != with_it


@pytest.mark.parametrize(
    ("path", "query", "said"),
    [
        ("/similar", {"text": "a", "hide_seen": "true"}, "has no effect without user_id"),
        ("/users/u/interests/t", {"limit": "3"}, "has no effect without preview"),
    ],
)
def test_what_would_have_no_effect_is_refused(shop, path, query, said):
    with pytest.raises(AssertionError, match=said):
        shop.send("GET" if path == "/similar" else "DELETE", path, params=query)
