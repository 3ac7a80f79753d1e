"""Every kind of request at once, with keys: no fault, nobody in the log, and nothing left by an erasure."""

import json
import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from penchant_client import Client, ProblemError, Retries, calls
from penchant_client.call import Call

pytestmark = [pytest.mark.real_model, pytest.mark.server]

ERASED = 'zoë "4711"/person@example.org'
WISH = "a wish that nobody else has ever uttered"
PEOPLE = [f"person-of-{number}-häuser" for number in range(30)]
THREADS, REQUESTS = 4, 150
NUMBERS = count()


def client_of(town: Any, **shown: str) -> Client:
    """Nothing is sent again, lest a fault be overlooked."""
    http = httpx.Client(timeout=120.0, trust_env=False)
    return Client(town.address, http=http, retries=Retries(attempts=1), **shown)


class Visitor:
    """Goes about with a random mix of all calls, in the names of several people."""

    def __init__(self, town: Any, topics: list[str], seed: int) -> None:
        self.town, self.topics = town, topics
        self.random = random.Random(seed)
        self.films = list(town.films)
        self.tokens: list[str] = []
        self.cursors: dict[str, str] = {}
        self.sent: list[tuple[str, str]] = []

    def event(self, person: str) -> dict[str, Any]:
        name = f"heavy-{next(NUMBERS)}"
        self.sent.append((person, name))
        kinds = ("like", "click", "save", "dismiss", "impression", "dwell", "complete")
        return {
            "event_id": name,
            "user_id": person,
            "item_id": self.random.choice(self.films),
            "type": self.random.choice(kinds),
        }

    def film(self) -> dict[str, Any]:
        number = next(NUMBERS) % 7
        film = {"item_id": f"new/{number}", "title": f"Film {number}", "text": "Robots.", "tags": ["sci-fi"]}
        return film | {"format": "film", "language": "en", "published_at": "1998-04-01T00:00:00Z"}

    def slate(self, client: Client, person: str) -> None:
        slate = client.send(calls.recommend(person, limit=5, cursor=self.cursors.pop(person, None)))
        if slate.next_cursor and self.random.random() < 0.5:
            self.cursors[person] = slate.next_cursor

    def as_themselves(self, client: Client, person: str) -> None:
        token = client.send(calls.issue_token(person)).token
        self.tokens.append(token)
        with client_of(self.town, token=token) as own:
            own.send(calls.profile(person))

    def edit(self, client: Client, person: str) -> None:
        client.send(calls.edit_profile(person, {"goals": [self.random.choice((WISH, "robots", "love"))]}))

    def call(self, person: str) -> Call[Any]:
        topic, other = self.random.choice(self.topics), self.random.choice(PEOPLE)
        made: list[Callable[[], Call[Any]]] = [
            *(lambda: calls.send_events([self.event(person) for _ in range(5)]) for _ in range(8)),
            lambda: calls.similar(text=f"{WISH} of {person}", limit=3),
            lambda: calls.similar(item_id=self.random.choice(self.films)),
            lambda: calls.profile(person),
            lambda: calls.state(person, {"preferences": {"tags": [self.random.choice(("drama", "war"))]}}),
            lambda: calls.state(person, {"personalization": self.random.random() < 0.7}),
            lambda: calls.state_interest(person, topic, self.random.choice(("more", "less", "mute"))),
            lambda: calls.state_interest(person, topic, "more", preview=True),
            lambda: calls.remove_interest(person, topic),
            lambda: calls.reset(person, keep_seen=self.random.random() < 0.5),
            lambda: calls.reset(person, topic=topic),
            lambda: calls.undo_reset(person),
            lambda: calls.switch_personalization(person, enabled=self.random.random() < 0.7),
            lambda: calls.ignore_event(*self.random.choice(self.sent or [(person, "none")])),
            lambda: calls.merge(person, f"session-{next(NUMBERS) % 40}"),
            lambda: calls.merge(person, other),
            lambda: calls.controls(person),
            lambda: calls.export(person),
            lambda: calls.export_zip(person),
            lambda: calls.put_items([self.film()]),
            lambda: calls.delete_item(f"new/{self.random.randrange(7)}"),
            lambda: calls.erase(other),
            lambda: calls.take_back(other),
            calls.transparency,
            calls.readiness,
        ]
        return self.random.choice(made)()

    def go(self, requests: int) -> Counter[str]:
        """How often each thing came of a request."""
        came: Counter[str] = Counter()
        with client_of(self.town, key=self.town.key) as client:
            for _ in range(requests):
                person = self.random.choice(PEOPLE)
                special = self.random.choice((self.slate, self.slate, self.as_themselves, self.edit, None, None, None))
                try:
                    if special:
                        special(client, person)
                    else:
                        client.send(self.call(person))
                except ProblemError as error:
                    came[f"{error.status} {error.type}"] += 1
                else:
                    came["well"] += 1
        return came


def live(client: Client, town: Any) -> None:
    """The person who will be erased has used whatever leaves a trace."""
    films = town.by_popularity()
    client.send(calls.edit_profile(ERASED, {"goals": [WISH], "role": "nurse"}))
    kinds = ["like"] * 8 + ["dismiss", "dwell"]
    for user, first in ((ERASED, 0), (f"{ERASED}-session", 10)):
        events = [
            {"event_id": f"{user}-{n}", "user_id": user, "item_id": films[first + n], "type": kind}
            for n, kind in enumerate(kinds)
        ]
        assert client.send(calls.send_events(events)).counts.accepted == len(kinds)
    client.send(calls.recommend(ERASED))
    client.send(calls.merge(ERASED, f"{ERASED}-session"))
    client.send(calls.ignore_event(ERASED, f"{ERASED}-0"))
    client.send(calls.reset(ERASED, keep_seen=True))
    client.send(calls.recommend(ERASED))


def topics_of(client: Client, town: Any) -> list[str]:
    film = town.by_popularity()[0]
    client.send(calls.send_events([{"event_id": "first", "user_id": PEOPLE[0], "item_id": film, "type": "like"}]))
    return [each.topic for each in client.send(calls.profile(PEOPLE[0])).implicit.topics]


def test_nothing_fails_and_nothing_is_left(guarded):
    town = guarded
    with client_of(town, key=town.key) as client, ThreadPoolExecutor(THREADS) as pool:
        live(client, town)
        visitors = [Visitor(town, topics_of(client, town), seed) for seed in range(THREADS)]
        running = [pool.submit(visitor.go, REQUESTS) for visitor in visitors]
        receipt = client.send(calls.erase(ERASED))
        assert "not found" in town.run("verify-erasure", ERASED)  # while the others go on
        came = sum((each.result() for each in running), Counter())
    assert (receipt.aliases, receipt.deleted["events"], receipt.database_rewritten) == (1, 19, True)
    assert came["well"] > THREADS * REQUESTS / 2
    assert {status[0] for status in came if status != "well"} <= {"4"}, came
    assert "not found" in town.run("verify-erasure", ERASED)
    tokens = [token for visitor in visitors for token in visitor.tokens]
    personal = [
        ERASED,
        ERASED.partition("/")[2],
        WISH,
        "session-",
        "heavy-",
        *PEOPLE,
        *tokens,
        town.key.split("_", 2)[2],
    ]
    _is_clean(town.log, personal)
    _is_clean(town.folder / "audit.ndjson", personal)


def _is_clean(path: Path, personal: list[str]) -> None:
    written = path.read_text()
    assert len(written.splitlines()) > THREADS * REQUESTS / 4
    found = [each for each in personal if each in written or json.dumps(each)[1:-1] in written]
    assert found == []
