import asyncio
from contextlib import closing
from threading import Event, Thread

import numpy as np
import pytest

from app.storage.protocols import BEGINNING
from models.events import CODE_OF, EventType


def ids_of(log):
    return ids_of_columns(log, log.columns())


def ids_of_columns(log, columns):
    return set(log.event_ids(columns.sequence.tolist()).values())


def test_events_are_numbered_in_order_of_arrival(stores, event):
    first = stores.events.append([event("a"), event("b")]).result()
    second = stores.events.append([event("c")]).result()
    numbers = [each.sequence for each in first + second]
    assert numbers == sorted(set(numbers))
    assert not any(each.duplicate for each in first + second)
    assert stores.events.last_sequence() == numbers[-1]


def test_a_known_event_id_is_a_duplicate_with_the_number_of_the_first(stores, event):
    (first,) = stores.events.append([event("a", item_id="rust")]).result()
    again, new = stores.events.append([event("a", item_id="rust"), event("b", item_id="go")]).result()
    assert again.duplicate
    assert again.sequence == first.sequence
    assert not new.duplicate
    assert stores.events.columns().items == ["rust", "go"]


def test_an_event_id_that_comes_twice_in_one_call_is_stored_once(stores, event):
    first, again = stores.events.append([event("a"), event("a")]).result()
    assert (first.duplicate, again.duplicate) == (False, True)
    assert first.sequence == again.sequence
    assert len(stores.events.columns()) == 1


def test_duplicates_are_known_after_a_restart(opener, tmp_path, event):
    with closing(opener(tmp_path)) as stores:
        (first,) = stores.events.append([event("a")]).result()
    with closing(opener(tmp_path)) as stores:
        again, new = stores.events.append([event("a"), event("b")]).result()
    assert again.duplicate
    assert again.sequence == first.sequence < new.sequence


def test_columns_hold_what_was_appended(stores, event):
    like = event("a", "ada", "rust", occurred_at=1_700_000_000.123456)
    dwell = event("b", "bob", "go", type=EventType.DWELL, value=12.5, occurred_at=-1.5)
    for each in (like, dwell, event("c", "ada", "go")):
        stores.events.append([each]).result()
    columns = stores.events.columns()
    assert [columns.users[code] for code in columns.user_codes] == ["ada", "bob", "ada"]
    assert [columns.items[code] for code in columns.item_codes] == ["rust", "go", "go"]
    assert columns.codes.tolist() == [CODE_OF[EventType.LIKE], CODE_OF[EventType.DWELL], CODE_OF[EventType.LIKE]]
    np.testing.assert_array_equal(columns.values, np.array([np.nan, 12.5, np.nan], dtype=np.float32))
    np.testing.assert_allclose(columns.times, [1_700_000_000.123456, -1.5, 1_700_000_000.0], rtol=0, atol=1e-6)


def test_columns_have_the_promised_types_even_when_empty(stores, event):
    empty = stores.events.columns()
    stores.events.append([event("a")]).result()
    for columns in (empty, stores.events.columns()):
        assert columns.sequence.dtype == np.int64
        assert columns.user_codes.dtype == columns.item_codes.dtype == np.int32
        assert columns.codes.dtype == np.int8
        assert columns.values.dtype == np.float32
        assert columns.times.dtype == np.float64
    assert len(empty) == 0
    assert empty.users == empty.items == []


def test_columns_after_and_through_are_a_range_of_numbers(stores, event):
    appended = stores.events.append([event(str(number)) for number in range(5)]).result()
    numbers = [each.sequence for each in appended]
    assert stores.events.columns(after=numbers[1]).sequence.tolist() == numbers[2:]
    assert stores.events.columns(after=numbers[0], through=numbers[3]).sequence.tolist() == numbers[1:4]
    assert len(stores.events.columns(after=numbers[-1])) == 0


def test_columns_of_one_user_and_of_some(stores, event):
    rows = [event(f"{user}{number}", user) for number in range(2) for user in ("ada", "bob", "cy")]
    numbers = {row.event_id: each.sequence for row, each in zip(rows, stores.events.append(rows).result(), strict=True)}
    assert stores.events.columns(user_id="bob").sequence.tolist() == [numbers["bob0"], numbers["bob1"]]
    assert stores.events.columns(after=numbers["bob0"], user_id="bob").sequence.tolist() == [numbers["bob1"]]
    assert len(stores.events.columns(user_id="nobody")) == 0
    some = stores.events.columns_of(["cy", "ada", "nobody"])
    assert some.users == ["ada", "cy"]
    assert some.sequence.tolist() == sorted(numbers[name] for name in ("ada0", "cy0", "ada1", "cy1"))
    assert len(stores.events.columns_of([])) == 0


def test_event_ids_answers_for_the_numbers_that_exist(stores, event):
    a, b = stores.events.append([event("a"), event("b")]).result()
    assert stores.events.event_ids([b.sequence, a.sequence, b.sequence + 7]) == {a.sequence: "a", b.sequence: "b"}
    assert stores.events.event_ids([]) == {}


def test_users_of_items(stores, event):
    pairs = [("bob", "rust"), ("ada", "rust"), ("ada", "go"), ("cy", "c")]
    stores.events.append([event(user + item, user, item) for user, item in pairs]).result()
    assert stores.events.users_of(["rust"]) == ["ada", "bob"]
    assert stores.events.users_of(["c", "go", "nothing"]) == ["ada", "cy"]
    assert stores.events.users_of([]) == []
    stores.forgettings.see("dan", ["go"], 9.0).result()
    assert stores.events.users_of(["go"]) == ["ada", "dan"]


def test_ids_may_be_any_text(stores, event):
    odd = ["a/b?c", "日本語", "o'brien\"; DROP TABLE events", "\x01", " ", "x" * 256]
    stores.events.append([event(text, text, text) for text in odd]).result()
    columns = stores.events.columns()
    assert columns.users == columns.items == odd
    assert all(each.duplicate for each in stores.events.append([event(text, text, text) for text in odd]).result())
    assert [len(stores.events.columns(user_id=text)) for text in odd] == [1] * len(odd)
    assert stores.events.delete_user(odd[2]).result() == 1


def test_deleting_a_user_leaves_the_others(stores, event):
    stores.events.append([event("a", "ada"), event("b", "bob"), event("c", "ada")]).result()
    assert stores.events.delete_user("ada").result() == 2
    assert stores.events.delete_user("ada").result() == 0
    assert ids_of(stores.events) == {"b"}


def test_a_deleted_event_is_new_when_it_comes_again(stores, event):
    (first,) = stores.events.append([event("a")]).result()
    stores.events.delete_user("ada").result()
    (again,) = stores.events.append([event("a")]).result()
    assert not again.duplicate
    assert again.sequence > first.sequence


def test_numbers_of_deleted_events_are_not_given_again_after_a_restart(opener, tmp_path, event):
    with closing(opener(tmp_path)) as stores:
        last = stores.events.append([event("a", "bob"), event("b", "ada")]).result()[-1].sequence
        stores.events.delete_user("ada").result()
        assert stores.events.last_sequence() == last
    with closing(opener(tmp_path)) as stores:
        assert stores.events.last_sequence() == last
        assert stores.events.append([event("c")]).result()[0].sequence > last


def test_an_append_that_fails_fails_alone_and_stores_nothing(stores, event):
    bad = [event("bad1"), event("bad2", context=b'{"torn')]
    pending = [stores.events.append(bad if number == 7 else [event(str(number))]) for number in range(20)]
    with pytest.raises(Exception, match=r"(?i)json"):
        pending.pop(7).result()
    assert [each.duplicate for answer in pending for each in answer.result()] == [False] * 19
    assert ids_of(stores.events) == {str(number) for number in range(20)} - {"7"}
    assert not stores.events.append([event("bad1")]).result()[0].duplicate


def test_everything_optional_can_be_stored(stores, event):
    full = event("a", value=1e300, recommendation_id="r1", position=3, context=b'{"page": "\xc3\xa4"}')
    stores.events.append([full]).result()
    assert stores.events.columns().values.tolist() == [np.inf]


def test_an_empty_append_stores_nothing(stores):
    assert stores.events.append([]).result() == []
    assert stores.events.last_sequence() == 0


def test_many_coroutines_append_at_once(stores, event):
    async def append(number):
        return await stores.events.append([event(f"{number % 50}")])

    async def append_all():
        return await asyncio.gather(*(append(number) for number in range(200)))

    answers = [each for answer in asyncio.run(append_all()) for each in answer]
    assert sum(not each.duplicate for each in answers) == 50
    assert ids_of(stores.events) == {str(number) for number in range(50)}


def test_who_walks_from_mark_to_mark_misses_nothing(stores, event):
    done, walked = Event(), [set(), set()]

    def walk(seen):
        mark, last = BEGINNING, False
        while not last:
            last = done.is_set()
            columns, following = stores.events.walk(mark)
            assert following >= mark
            seen |= {(columns.users[user], number) for user, number in pairs(columns)}
            mark = following

    def pairs(columns):
        return zip(columns.user_codes.tolist(), columns.sequence.tolist(), strict=True)

    readers = [Thread(target=walk, args=(seen,)) for seen in walked]
    for reader in readers:
        reader.start()
    people = ("ada", "bob", "cy")
    pending = [(each, stores.events.append([event(f"{each}{n}", each)])) for n in range(100) for each in people]
    numbers = {(each, answer.result()[0].sequence) for each, answer in pending}
    done.set()
    for reader in readers:
        reader.join()
    assert walked == [numbers, numbers]


def test_everybody_person_by_person_and_what_came_since(stores, event):
    stores.events.append([event("a", "ada"), event("b", "bob")]).result()
    people, mark = stores.events.by_person()
    assert sorted(people.users) == ["ada", "bob"]
    stores.events.append([event("c", "ada")]).result()
    columns, following = stores.events.walk(mark)
    assert ids_of_columns(stores.events, columns) == {"c"}
    assert len(stores.events.walk(following)[0]) == 0


def test_readers_see_a_prefix_of_the_log_at_any_time_where_one_process_writes(duckdb_stores, event):
    stores = duckdb_stores
    done, seen = Event(), []

    def read():
        while not done.is_set():
            last = stores.events.last_sequence()
            seen.append((last, stores.events.columns(through=last).sequence.tolist()))

    readers = [Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    pending = [stores.events.append([event(f"{call}-{row}") for row in range(3)]) for call in range(200)]
    numbers = [each.sequence for answer in pending for each in answer.result()]
    done.set()
    for reader in readers:
        reader.join()
    assert seen
    assert all(read == [number for number in numbers if number <= last] for last, read in seen)


def test_old_events_are_deleted_by_type_and_their_numbers_are_not_given_again(stores, event):
    old, new = {"occurred_at": 1_000.0}, {"occurred_at": 2_000.0}
    stores.events.append(
        [
            event("a", "ada", **old),
            event("b", "ada", **new),
            event("c", "bob", type=EventType.CLICK, **old),
            event("d", "cid", **old),
        ]
    ).result()
    expired = stores.events.delete_older({EventType.LIKE: 2_000.0, EventType.SAVE: 9_000.0}).result()
    assert (expired.events, expired.users) == (2, ("ada", "cid"))
    assert ids_of(stores.events) == {"b", "c"}
    assert stores.events.last_sequence() == 4
    (again,) = stores.events.append([event("d", "cid", **new)]).result()
    assert (again.sequence, again.duplicate) == (5, False)
    assert stores.events.delete_older({}).result().events == 0
