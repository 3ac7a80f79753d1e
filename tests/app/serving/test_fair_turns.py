"""Texts are read in turns: nobody's thousand stand before another's one, and nothing is read inside the ingest lock."""

import asyncio
import threading

import pytest

from app.requests.people import ProfilePatch, ResetRequest
from app.serving.embedder import Embedder
from app.serving.fair_turns import FairTurns, TurnsTakenError
from indexer.embeddings import EmbeddingCache
from models.encoder import HashingEncoder


def test_callers_take_turns_and_each_ones_own_wait_in_order():
    turns, order = FairTurns(10, 100), []

    async def take(caller, number):
        async with turns.turn(caller):
            order.append((caller, number))
            await asyncio.sleep(0)

    async def all_of_them():
        await asyncio.gather(*(take("a", n) for n in range(4)), take("b", 0), take("c", 0), take("b", 1))

    asyncio.run(all_of_them())
    assert order == [("a", 0), ("a", 1), ("b", 0), ("c", 0), ("a", 2), ("b", 1), ("a", 3)]


def test_too_many_are_refused_and_who_leaves_makes_room():
    turns = FairTurns(2, 3)

    async def take(caller, done):
        async with turns.turn(caller):
            await done.wait()

    async def all_of_them():
        done = asyncio.Event()
        first = asyncio.create_task(take("a", done))
        waiting = [asyncio.create_task(take(caller, done)) for caller in ("a", "a", "b")]
        await asyncio.sleep(0)
        for caller in ("a", "c"):
            with pytest.raises(TurnsTakenError, match="Try again"):
                await take(caller, done)
        waiting[0].cancel()
        await asyncio.sleep(0)
        later = asyncio.create_task(take("c", done))
        await asyncio.sleep(0)
        done.set()
        await asyncio.gather(first, *waiting[1:], later)
        async with turns.turn("d"):
            pass

    asyncio.run(all_of_them())


class SlowEncoder(HashingEncoder):
    """Notes what it reads, and waits in between for who tests it."""

    def __init__(self):
        super().__init__(16)
        self.batches, self.begun, self.may = [], threading.Event(), threading.Event()

    def encode(self, texts):
        self.batches.append(list(texts))
        self.begun.set()
        self.may.wait(5)
        return super().encode(texts)


def test_one_text_is_read_before_anothers_thousand(tmp_path):
    encoder = SlowEncoder()
    embedder = Embedder(encoder, EmbeddingCache(tmp_path))

    async def both():
        many = asyncio.create_task(embedder.embed([f"text {n}" for n in range(1_000)], "items"))
        await asyncio.to_thread(encoder.begun.wait, 5)
        one = asyncio.create_task(embedder.embed(["a single text"], "somebody"))
        await asyncio.sleep(0.05)
        encoder.may.set()
        vector = await one
        before = sum(map(len, encoder.batches))
        return vector, before, await many

    vector, before, many = asyncio.run(both())
    embedder.close()
    assert before < 200
    assert many.shape == (1_000, 16)
    assert (vector == HashingEncoder(16).encode(["a single text"])).all()


def test_events_do_not_wait_while_somebodys_goals_are_read(tmp_path, open_household, an_item, an_event):
    encoder = SlowEncoder()
    encoder.may.set()
    with open_household(tmp_path, encoder=encoder) as home:
        home.publish([an_item(number) for number in range(30)])
        home.patch("reset", goals=["sail"])
        person = home.service.person
        encoder.may.clear()
        encoder.begun.clear()

        async def edit_and_reset_and_ingest():
            goals = ProfilePatch.model_validate({"goals": ["grow vegetables", "bake bread"]})
            edit = asyncio.create_task(person.patch("editor", goals))
            await asyncio.to_thread(encoder.begun.wait, 5)
            reset = asyncio.create_task(person.reset("reset", ResetRequest()))
            events = await asyncio.wait_for(home.service.ingest([an_event(1, "ada", "i001")]), 3)
            await asyncio.wait_for(reset, 3)
            assert not edit.done()  # still read, and nobody waited for it
            encoder.may.set()
            await edit
            return events

        (taken,) = home.loop.run_until_complete(edit_and_reset_and_ingest())
        assert taken.status == "accepted"
        assert home.profile("editor")["explicit"]["goals"] == ["grow vegetables", "bake bread"]
