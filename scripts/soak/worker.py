"""A thread of load: acts for some people and some items, and keeps books of what was acknowledged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from threading import Event, Thread
from typing import Any, Final

from scripts.soak.caller import Caller, Reply, person
from scripts.soak.catalogue import item, subject_of
from scripts.soak.ledger import Ledger

_PEOPLE: Final = 8
_OWN_ITEMS: Final = 12
_OWN_SHARE: Final = 0.2
"""Of events, on items of their own."""
_TYPES: Final = ("click", "like", "save", "complete", "dismiss")
_SHARES: Final = {
    "events": 40, "slate": 25, "again": 6, "edit": 8, "reset": 3, "undo": 2, "off_and_on": 2, "ignore": 3,
    "upsert": 4, "delete": 2, "merge": 2, "erase": 1, "check": 4,
}  # fmt: skip


class Worker(Thread):
    """Acts at random until it is told to end; what it draws depends on the seed and its number alone.

    Args:
        number: of the thread.
        seed: of the run.
        caller: its connection.
        items: of the catalogue that all share.
        pause: seconds between two acts.
    """

    def __init__(self, number: int, seed: int, caller: Caller, items: int, pause: float) -> None:
        super().__init__(name=f"worker-{number}", daemon=True)
        self._random = Random(f"{seed}-{number}")  # noqa: S311 - load keeps no secrets
        self.caller, self._items, self._pause = caller, items, pause
        self.number = number
        self.ledgers = [Ledger(f"p{number}-{each}") for each in range(_PEOPLE)]
        self.held: dict[str, str | None] = {}
        self.broken: list[str] = []
        self.acknowledged, self.checks = 0, 0
        self.failure: Exception | None = None
        self.ending = Event()
        self._names = 0

    def run(self) -> None:
        """Act until the end, or until something fails that is no answer."""
        try:
            while not self.ending.is_set():
                self.act()
                self.ending.wait(self._pause)
        except Exception as failure:  # noqa: BLE001 - told by the run, which fails by it
            self.failure = failure

    def act(self) -> None:
        """One act, drawn at random, for a person drawn at random."""
        name = self._random.choices(list(_SHARES), list(_SHARES.values()))[0]
        ledger = self._random.choice(self.ledgers)
        if ledger.erased and name != "check":
            self._return(ledger)
        act: Callable[[Ledger], None] = getattr(self, name)
        act(ledger)

    def check(self, ledger: Ledger) -> None:
        """Compare a person's export with the books."""
        reply = self.caller.ask("export", "GET", person(ledger.user_id, "/export"))
        self.checks += 1
        self.broken += [f"export: {each}" for each in self._expect(reply, 200)] or ledger.faults(reply.body)

    def restore_items(self) -> None:
        """Bring back what was deleted: the events on it count again."""
        for item_id in [item_id for item_id, title in self.held.items() if title is None]:
            self._put(_number(item_id))

    def own_items(self) -> list[dict[str, Any]]:
        """What the server holds of them, by the books."""
        return [
            item(_number(item_id), f"w{self.number}-", int(title.rpartition(" ")[2]))
            for item_id, title in self.held.items()
            if title is not None
        ]

    def check_items(self) -> None:
        """Compare the own items with the books."""
        for item_id, title in self.held.items():
            reply = self.caller.ask("get_item", "GET", f"/items/{item_id}")
            told = reply.body["title"] if reply.status == 200 else None
            self.checks += 1
            if told != title:
                self.broken.append(f"item {item_id} is {told!r}, not {title!r}")

    def events(self, ledger: Ledger) -> None:
        """One event or some."""
        self._send(ledger, [self._event(ledger.user_id) for _ in range(self._random.choice((1, 1, 2, 5)))])

    def again(self, ledger: Ledger) -> None:
        """Events that were acknowledged before: nothing comes of them."""
        sent = list(ledger.counting.values())[-3:]
        if sent:
            reply = self.caller.ask("events", "POST", "/events", json=sent)
            statuses = {row["status"] for row in reply.body["results"]}
            if statuses != {"duplicate"}:
                self.broken.append(f"doubled: {ledger.user_id} sent again is {statuses}")

    def slate(self, ledger: Ledger) -> None:
        """A slate, in which nothing may be that was muted or deleted."""
        reply = self.caller.ask("recommend", "GET", "/recommend", params={"user_id": ledger.user_id, "limit": 20})
        if self._expected(reply, 200):
            shown = {row["item_id"] for row in reply.body["items"]}
            muted = ledger.stated.get("muted", {}).get("tags", [])
            gone = sorted(each for each in shown if each in self.held and self.held[each] is None)
            hidden = sorted(each for each in shown if subject_of(_number(each)) in muted)
            self.broken += [f"deleted, and shown: {gone}"] if gone else []
            self.broken += [f"muted, and shown: {ledger.user_id} {hidden}"] if hidden else []

    def edit(self, ledger: Ledger) -> None:
        """What a person states."""
        subject = subject_of(self._random.randrange(99))
        changes = self._random.choice(
            (
                {"goals": [f"learn {subject} in {self._random.randrange(9)} weeks"]},
                {"muted": {"tags": [subject]}},
                {"role": f"{subject} teacher"},
            )
        )
        if self._expected(self.caller.ask("edit", "PATCH", person(ledger.user_id, "/profile"), json=changes), 200):
            ledger.stated |= changes

    def reset(self, ledger: Ledger) -> None:
        """Everything learned is forgotten; what arrives late is no more."""
        reply = self.caller.ask("reset", "POST", person(ledger.user_id, "/reset-embedding"), json={})
        if self._expected(reply, 200):
            ledger.reset(sure=not reply.repeated)
            late = self._event(ledger.user_id, timedelta(minutes=20))
            self._send_expecting(ledger, late, "ignored")

    def undo(self, ledger: Ledger) -> None:
        """The last reset taken back, if it is known what that took."""
        if ledger.last_reset is None:
            return
        reply = self.caller.ask("undo", "POST", person(ledger.user_id, "/undo-reset"))
        if reply.status == 200 or reply.repeated:
            ledger.undo(sure=not reply.repeated)
        else:
            self._expected(reply, 200)

    def off_and_on(self, ledger: Ledger) -> None:
        """Personalization switched off, and on again; what happens in between is not stored."""
        for enabled in (False, True):
            path, wanted = person(ledger.user_id, "/personalization"), {"enabled": enabled}
            self._expected(self.caller.ask("switch", "PUT", path, json=wanted), 200)
            if not enabled:
                self._send_expecting(ledger, self._event(ledger.user_id), "ignored")

    def ignore(self, ledger: Ledger) -> None:
        """An event that is to count no more."""
        if not ledger.counting:
            return
        event_id = self._random.choice(list(ledger.counting))
        reply = self.caller.ask("ignore", "DELETE", person(ledger.user_id, f"/events/{event_id}"))
        if reply.status == 204 or (reply.status == 404 and reply.repeated):
            ledger.counting.pop(event_id)
            ledger.ignored.add(event_id)
        else:
            self._expected(reply, 204)

    def upsert(self, _: Ledger) -> None:
        """An own item, new or changed."""
        self._put(self._random.randrange(_OWN_ITEMS))

    def _put(self, number: int) -> None:
        self._names += 1
        row = item(number, f"w{self.number}-", self._names)
        if self._expected(self.caller.ask("upsert", "POST", "/items", json=[row]), 200):
            self.held[row["item_id"]] = row["title"]

    def delete(self, _: Ledger) -> None:
        """An own item deleted."""
        there = [item_id for item_id, title in self.held.items() if title is not None]
        if there:
            item_id = self._random.choice(there)
            reply = self.caller.ask("delete", "DELETE", f"/items/{item_id}")
            if reply.status == 204 or (reply.status == 404 and reply.repeated):
                self.held[item_id] = None
            else:
                self._expected(reply, 204)

    def merge(self, ledger: Ledger) -> None:
        """A visitor who turns out to be somebody known."""
        self._names += 1
        visitor = Ledger(f"{ledger.user_id}-visit{self._names}")
        self._send(visitor, [self._event(visitor.user_id) for _ in range(2)])
        reply = self.caller.ask("merge", "POST", person(ledger.user_id, "/merge"), json={"from": visitor.user_id})
        if self._expected(reply, 200):
            moved = {name: {**row, "user_id": ledger.user_id} for name, row in visitor.counting.items()}
            ledger.counting |= moved
            ledger.aliases.append(visitor.user_id)

    def erase(self, ledger: Ledger) -> None:
        """A person erased; what arrives late is refused."""
        late = self._event(ledger.user_id)
        if self._expected(self.caller.ask("erase", "DELETE", person(ledger.user_id)), 200):
            ledger.erase()
            self._send_expecting(ledger, late, "rejected")
            self.check(ledger)

    def _return(self, ledger: Ledger) -> None:
        if self._expected(self.caller.ask("return", "POST", person(ledger.user_id, "/return")), 200):
            ledger.erased, ledger.returned = False, True

    def _send(self, ledger: Ledger, events: list[dict[str, Any]]) -> None:
        reply = self.caller.ask("events", "POST", "/events", json=events)
        if reply.status not in {200, 422}:
            self._expected(reply, 200)
            return
        taken = {"accepted", "awaiting_item", "duplicate"} if reply.repeated else {"accepted", "awaiting_item"}
        for event, row in zip(events, reply.body["results"], strict=True):
            if row["status"] in taken:
                ledger.counting[event["event_id"]] = event
                self.acknowledged += 1
            else:
                self.broken.append(f"refused: {ledger.user_id} {row}")

    def _send_expecting(self, ledger: Ledger, event: dict[str, Any], status: str) -> None:
        """An event that may not be taken."""
        reply = self.caller.ask("events", "POST", "/events", json=[event])
        if reply.status == 422 or self._expected(reply, 200):
            (row,) = reply.body["results"]
            if row["status"] not in {status, "rejected" if ledger.returned else status}:
                self.broken.append(f"not {status}: {ledger.user_id} {row}")
            if status == "ignored":
                ledger.ignored.add(event["event_id"])

    def _event(self, user_id: str, ago: timedelta = timedelta()) -> dict[str, Any]:
        self._names += 1
        own = [item_id for item_id, title in self.held.items() if title is not None]
        common = f"i{self._random.randrange(self._items)}"
        item_id = self._random.choice(own) if own and self._random.random() < _OWN_SHARE else common
        return {
            "event_id": f"{self.number}-{self._names}",
            "user_id": user_id,
            "item_id": item_id,
            "type": self._random.choice(_TYPES),
            "occurred_at": (datetime.now(UTC) - ago).isoformat(),
        }

    def _expected(self, reply: Reply, status: int) -> bool:
        self.broken += self._expect(reply, status)
        return reply.status == status

    @staticmethod
    def _expect(reply: Reply, status: int) -> list[str]:
        return [] if reply.status == status else [f"answered {reply.status}, not {status}: {reply.body}"]


def _number(item_id: str) -> int:
    return int(item_id.rpartition("-")[2].removeprefix("i"))
