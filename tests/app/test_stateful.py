"""A machine that does to a real service whatever callers may, in any order, with a model of what it then must say."""

import itertools

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from app.main import create_app
from app.settings import Settings
from models.encoder import HashingEncoder
from scripts.soak.ledger import Ledger

ITEMS = 30
THEMES = ("rust", "gardening", "astronomy", "cooking", "cycling", "chess")
AGAINST = ("dismiss", "dislike")
people = st.sampled_from(["ann", "bob", "cleo"])
numbers = st.integers(0, ITEMS - 1)
themes = st.sampled_from(THEMES)
runs = itertools.count()


@pytest.fixture(scope="module")
def client(tmp_path_factory, open_household, an_item):
    """Of one service for all examples: each has people and further items of its own."""
    folder = tmp_path_factory.mktemp("stateful")
    with open_household(folder) as home:
        home.publish([an_item(number) for number in range(ITEMS)])
    made = create_app(Settings(data_dir=folder), HashingEncoder(64))
    with TestClient(made, client=("127.0.0.1", 9), base_url="http://127.0.0.1") as opened:
        yield opened


class Callers(RuleBasedStateMachine):
    """Three people and the items that come and go; `client` is set by the test."""

    client: TestClient

    def __init__(self):
        super().__init__()
        self.run, self.names = next(runs), itertools.count()
        self.ledgers = {}
        self.off, self.refused, self.against = set(), set(), {}
        self.own = {}

    def of(self, name):
        return self.ledgers.setdefault(name, Ledger(f"{name}-{self.run}"))

    def ask(self, method, path, status=200, **more):
        answer = self.client.request(method, path, **more)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def send(self, event, status):
        answer = self.client.post("/events", json=[event])
        assert answer.status_code == {"rejected": 422, "conflict": 409}.get(status, 200), answer.text
        (row,) = answer.json()["results"]
        assert row["status"] == status, row

    def event(self, ledger, item_id, kind):
        name = f"{self.run}-{next(self.names)}"
        return {"event_id": name, "user_id": ledger.user_id, "item_id": item_id, "type": kind}

    @rule(name=people, number=numbers, kind=st.sampled_from(["like", "click", "save", "impression", *AGAINST]))
    def does(self, name, number, kind):
        ledger = self.of(name)
        event = self.event(ledger, f"i{number:03}", kind)
        if name in self.refused:
            self.send(event, "rejected")
        elif name in self.off:
            self.send(event, "ignored")
        else:
            self.send(event, "accepted")
            ledger.counting[event["event_id"]] = event
            self.send(event, "duplicate")
            self.send(event | {"item_id": f"i{(number + 1) % ITEMS:03}"}, "conflict")

    @rule(name=people, theme=themes)
    @precondition(lambda self: not self.refused)
    def mutes(self, name, theme):
        self.edit(name, {"muted": {"tags": [theme]}})

    @rule(name=people, goal=st.sampled_from(["learn rust", "grow beans"]))
    @precondition(lambda self: not self.refused)
    def states(self, name, goal):
        self.edit(name, {"goals": [goal]})

    def edit(self, name, changes):
        ledger = self.of(name)
        told = self.ask("PATCH", f"/users/{ledger.user_id}/profile", json=changes)
        assert changes.items() <= told["explicit"].items() or "muted" in changes
        ledger.stated |= changes

    @rule(name=people, keep_seen=st.booleans())
    @precondition(lambda self: not self.refused)
    def resets(self, name, keep_seen):
        ledger = self.of(name)
        self.ask("POST", f"/users/{ledger.user_id}/reset-embedding", json={"keep_seen": keep_seen})
        ledger.reset(sure=True)

    @rule(name=people)
    @precondition(lambda self: not self.refused)
    def takes_it_back(self, name):
        ledger = self.of(name)
        if ledger.last_reset is not None:
            self.ask("POST", f"/users/{ledger.user_id}/undo-reset")
            ledger.undo(sure=True)

    @rule(name=people, enabled=st.booleans())
    @precondition(lambda self: not self.refused)
    def switches(self, name, enabled):
        self.ask("PUT", f"/users/{self.of(name).user_id}/personalization", json={"enabled": enabled})
        (self.off.discard if enabled else self.off.add)(name)

    @rule(name=people, number=numbers)
    @precondition(lambda self: not self.refused)
    def was_a_visitor(self, name, number):
        ledger, visitor = self.of(name), Ledger(f"visitor-{self.run}-{next(self.names)}")
        event = self.event(visitor, f"i{number:03}", "like")
        self.send(event, "accepted")
        path, body = f"/users/{ledger.user_id}/merge", {"from": visitor.user_id}
        if name in self.off:
            self.ask("POST", path, 409, json=body)
        else:
            assert self.ask("POST", path, json=body)["merged"]
            assert not self.ask("POST", path, json=body)["merged"]
            ledger.counting[event["event_id"]] = event

    @rule(name=people, which=st.integers(0, 99))
    @precondition(lambda self: not self.refused)
    def takes_an_event_out(self, name, which):
        ledger = self.of(name)
        if ledger.counting:
            event_id = list(ledger.counting)[which % len(ledger.counting)]
            self.ask("DELETE", f"/users/{ledger.user_id}/events/{event_id}", 204)
            ledger.counting.pop(event_id)
            ledger.ignored.add(event_id)

    @rule(name=people)
    def is_erased(self, name):
        self.ask("DELETE", f"/users/{self.of(name).user_id}")
        self.of(name).erase()
        self.refused.add(name)
        self.off.discard(name)

    @rule()
    @precondition(lambda self: self.refused)
    def come_back(self):
        for name in self.refused:
            self.ask("POST", f"/users/{self.of(name).user_id}/return")
            self.of(name).erased = False
        self.refused = set()

    @rule(number=st.integers(0, 5), theme=themes)
    def an_item_comes(self, number, theme):
        item_id = f"own{number}-{self.run}"
        row = {"item_id": item_id, "title": f"{theme} {next(self.names)}", "tags": [theme]}
        self.ask("POST", "/items", json=[row])
        self.own[item_id] = row["title"]

    @rule(number=st.integers(0, 5))
    def an_item_goes(self, number):
        item_id = f"own{number}-{self.run}"
        self.ask("DELETE", f"/items/{item_id}", 204 if self.own.get(item_id) else 404)
        if item_id in self.own:
            self.own[item_id] = None

    @invariant()
    def exports_are_what_was_acknowledged(self):
        for ledger in self.ledgers.values():
            assert ledger.faults(self.ask("GET", f"/users/{ledger.user_id}/export")) == []

    @invariant()
    def profiles_count_what_counts(self):
        for name, ledger in self.ledgers.items():
            told = self.ask("GET", f"/users/{ledger.user_id}/profile")
            assert told["personalization"] is (name not in self.off)
            if name not in self.off:
                assert sum(told["signals"]["by_type"].values()) == len(ledger.counting)

    @invariant()
    def slates_hold_what_may_be_shown(self):
        for name, ledger in self.ledgers.items():
            if ledger.erased:  # whoever asks for them anew has an answer that can be continued
                continue
            asked = {"user_id": ledger.user_id, "limit": 50, "fields": "tags"}
            items = self.ask("GET", "/recommend", params=asked)["items"]
            shown = {each["item_id"] for each in items}
            spoken = {each["item_id"] for each in ledger.counting.values() if each["type"] in AGAINST}
            assert not shown & {item_id for item_id, title in self.own.items() if title is None}
            assert not {tag for each in items for tag in each["tags"]} & set(muted(ledger))
            assert name in self.off or not shown & spoken

    @invariant()
    def items_are_as_they_were_sent(self):
        for item_id, title in self.own.items():
            told = self.ask("GET", f"/items/{item_id}", 200 if title else 404)
            assert title is None or told["title"] == title


def muted(ledger):
    return ledger.stated.get("muted", {}).get("tags", [])


@pytest.mark.parametrize(
    ("examples", "steps"), [(4, 8), pytest.param(300, 40, marks=pytest.mark.nightly)], ids=["short", "long"]
)
def test_whatever_callers_do_the_service_says_what_the_model_says(client, examples, steps):
    machine = type("Served", (Callers,), {"client": client})
    bounds = settings(
        max_examples=examples,
        phases=(Phase.generate,),
        derandomize=True,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=bounds)
