from contextlib import closing

import duckdb
import pytest

from app.storage.migrate import migrate, shipped
from app.storage.protocols import ItemChange


def test_the_newest_change_of_each_item_stays(stores):
    first, second = stores.items.upsert([("rust", b'{"v": 1}'), ("go", b'{"v": 1}')], at=1.0).result()
    (third,) = stores.items.upsert([("rust", b'{"v": 2}')], at=2.5).result()
    assert first < second < third
    assert stores.items.changes() == [
        ItemChange(second, "go", b'{"v": 1}', 1.0),
        ItemChange(third, "rust", b'{"v": 2}', 2.5),
    ]


def test_of_one_items_documents_in_one_call_the_last_one_stays(stores):
    versions = stores.items.upsert([("rust", b"1"), ("rust", b"2"), ("rust", b"3")], at=1.0).result()
    assert versions == sorted(set(versions))
    assert stores.items.changes() == [ItemChange(versions[-1], "rust", b"3", 1.0)]


def test_a_deletion_is_a_change_of_known_and_unknown_items(stores):
    stores.items.upsert([("rust", b"{}")], at=1.0).result()
    versions = stores.items.delete(["rust", "never seen"], at=2.0).result()
    assert stores.items.get("rust") == ItemChange(versions[0], "rust", None, 2.0)
    assert stores.items.get("never seen") == ItemChange(versions[1], "never seen", None, 2.0)


def test_an_item_comes_back_after_its_deletion(stores):
    stores.items.delete(["rust"], at=1.0).result()
    stores.items.upsert([("rust", b"{}")], at=2.0).result()
    change = stores.items.get("rust")
    assert change is not None
    assert change.document == b"{}"


def test_changes_after_a_version(stores):
    versions = stores.items.upsert([(name, b"{}") for name in "abc"], at=1.0).result()
    assert [change.item_id for change in stores.items.changes(versions[0])] == ["b", "c"]
    assert stores.items.changes(versions[-1]) == []
    assert stores.items.last_version() == versions[-1]


def test_an_empty_journal(stores):
    assert stores.items.get("rust") is None
    assert stores.items.changes() == []
    assert stores.items.last_version() == 0
    assert stores.items.upsert([], at=1.0).result() == stores.items.delete([], at=1.0).result() == []


def test_versions_go_on_after_a_restart(opener, tmp_path):
    with closing(opener(tmp_path)) as stores:
        stores.items.upsert([("rust", b"{}")], at=1.0).result()
        (last,) = stores.items.delete(["rust"], at=2.0).result()
    with closing(opener(tmp_path)) as stores:
        assert stores.items.last_version() == last
        assert stores.items.upsert([("go", b"{}")], at=3.0).result()[0] > last


def test_calls_that_wait_together_are_kept_in_order(stores):
    pending = [stores.items.upsert([("rust", b"%d" % number)], at=1.0) for number in range(30)]
    deleted = stores.items.delete(["rust"], at=1.0)
    versions = [answer.result()[0] for answer in pending] + deleted.result()
    assert versions == sorted(set(versions))
    assert stores.items.changes() == [ItemChange(versions[-1], "rust", None, 1.0)]


def test_a_document_that_is_no_json_fails_alone(stores):
    pending = [stores.items.upsert([(str(number), b"{" if number == 3 else b"{}")], at=1.0) for number in range(9)]
    with pytest.raises(Exception, match=r"(?i)json"):
        pending.pop(3).result()
    assert len({answer.result()[0] for answer in pending}) == 8
    assert sorted(change.item_id for change in stores.items.changes()) == list("01245678")


def test_documents_come_back_as_they_were(stores):
    document = '{"title":"Über \\u0000 日本語 \\"quoted\\"", "n": 1.10, "a": [ ]}'.encode()
    stores.items.upsert([("a/b", document)], at=1.0).result()
    assert stores.items.get("a/b").document == document


def test_journals_from_before_an_empty_list_of_topics_said_something_lose_it():
    names = [migration.name for migration in shipped()]
    place = names.index("0004_declared_on_nothing")
    before, last = shipped()[:place], shipped()[place]
    with closing(duckdb.connect()) as connection:
        migrate(connection, before)
        rows = [
            '{"item_id":"a","title":"t","sensitive_topics":[],"attributes":{}}',
            '{"item_id":"b","title":"\\"sensitive_topics\\":[],","sensitive_topics":["health"],"attributes":{}}',
            None,
        ]
        for version, document in enumerate(rows):
            connection.execute(
                "INSERT INTO item_journal VALUES ($1, $2, $3, now())", [version, f"i{version}", document]
            )
        migrate(connection, [*before, last])
        found = [row for (row,) in connection.execute("SELECT document FROM item_journal ORDER BY version").fetchall()]
    assert found == ['{"item_id":"a","title":"t","attributes":{}}', *rows[1:]]
