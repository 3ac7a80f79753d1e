from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from hypothesis import given, settings
from hypothesis import strategies as st

from app.storage.rows import Appended

USERS = ("ada", "bob")
event_ids = st.integers(0, 11).map(lambda number: f"event {number}")
appends = st.tuples(st.just("append"), st.lists(st.tuples(event_ids, st.sampled_from(USERS)), max_size=6))
deletions = st.tuples(st.just("delete"), st.sampled_from(USERS))
restarts = st.tuples(st.just("restart"), st.none())
steps = st.lists(st.one_of(appends, appends, deletions, restarts), max_size=12)


class Model:
    """What a log has to do, done with a dictionary."""

    def __init__(self):
        self.kept = {}
        self.highest = 0
        self.highest_of = dict.fromkeys(USERS, 0)

    def append(self, pairs, answers):
        for pair, answer in zip(pairs, answers, strict=True):
            if pair in self.kept:
                assert answer == Appended(self.kept[pair], duplicate=True)
            else:
                assert answer._replace(revision=None) == Appended(answer.sequence, duplicate=False)
                assert answer.sequence > self.highest_of[pair[1]]
                self.highest_of[pair[1]] = answer.sequence
                self.highest = max(self.highest, answer.sequence)
                self.kept[pair] = answer.sequence

    def delete(self, user_id, deleted):
        gone = [pair for pair in self.kept if pair[1] == user_id]
        assert deleted == len(gone)
        for pair in gone:
            del self.kept[pair]

    def check(self, log):
        columns = log.columns()
        names = log.event_ids(columns.sequence.tolist())
        users = [columns.users[code] for code in columns.user_codes]
        read = {(names[number], user): number for number, user in zip(columns.sequence.tolist(), users, strict=True)}
        assert read == self.kept
        assert log.last_sequence() == self.highest


@settings(max_examples=15, deadline=None)
@given(steps=steps)
def test_numbers_only_rise_and_ids_are_unique_whatever_happens(opener, event, steps):
    with TemporaryDirectory() as folder:
        stores, model = opener(Path(folder)), Model()
        for step, argument in steps:
            if step == "append":
                rows = [event(event_id, user_id) for event_id, user_id in argument]
                model.append(argument, stores.events.append(rows).result())
            elif step == "delete":
                model.delete(argument, stores.events.delete_user(argument).result())
            else:
                stores.close()
                stores = opener(Path(folder))
            model.check(stores.events)
        stores.close()


@settings(max_examples=15, deadline=None)
@given(calls=st.lists(st.lists(event_ids, max_size=8), max_size=12), threads=st.integers(1, 4))
def test_any_interleaving_of_duplicates_stores_the_same_set(opener, event, calls, threads):
    with TemporaryDirectory() as folder, closing(opener(Path(folder))) as stores:
        answers = []

        def append(mine):
            pending = [stores.events.append([event(event_id) for event_id in call]) for call in mine]
            answers.extend(each for answer in pending for each in answer.result())

        callers = [Thread(target=append, args=(calls[number::threads],)) for number in range(threads)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
        distinct = {event_id for call in calls for event_id in call}
        stored = stores.events.columns().sequence.tolist()
        assert set(stores.events.event_ids(stored).values()) == distinct
        assert sorted(each.sequence for each in answers if not each.duplicate) == stored
        assert len(stored) == len(distinct)
