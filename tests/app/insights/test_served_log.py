"""The log of served answers: whole, off the path, bounded, erased with the person, kept as long as the charter says."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet
import pytest

from app.insights.served_answer import ANSWER_SCHEMA
from app.insights.served_files import ServedFiles
from app.person.erasure.byte_search import sweep
from app.pipeline.sources.explore import Explore
from app.policy.charter.charter import CharterError, load_charter
from app.storage.rows import Merge

DAY = datetime(2026, 3, 1, tzinfo=UTC)
UNDECLARED = """
name = "Test"
personalised = "Items."
outcome = "None."
disclosure = "This is a test."
[events]
like = { why = "test", keep_days = 100 }
"""


def logged(home, columns="*"):
    with home.service.insights.reading() as connection:
        return connection.execute(f"SELECT {columns} FROM answers ORDER BY page").fetchall()  # noqa: S608 - our own


def rows(*numbers, user="ann", day=DAY):
    """Answers as the log has them."""
    plain = dict.fromkeys(ANSWER_SCHEMA.names) | {"user_id": user, "served_at": day.replace(tzinfo=None)}
    return pa.Table.from_pylist([plain | {"recommendation_id": f"r{n}"} for n in numbers], ANSWER_SCHEMA)


def liked(home, an_event, user="ann"):
    home.ingest(*(an_event(n, user, f"i{n * 6 % 90:03}", days_ago=20 - n) for n in range(12)))


class TestWhatIsLogged:
    def test_an_answer_as_it_was_given(self, home, an_event):
        liked(home, an_event)
        slate = home.recommend("ann", scenario="home")
        with home.service.insights.reading() as connection:
            found = connection.sql("FROM served ORDER BY position").to_arrow_table().to_pylist()
        catalogue = home.service.snapshot_swap.current.catalogue
        assert [row["item_id"] for row in found] == [item.item_id for item in slate.items]
        assert [row["label_kind"] for row in found] == [item.reasons[0].code for item in slate.items]
        assert [row["topic"] for row in found] == [catalogue.slug_of(item.item_id) for item in slate.items]
        assert [row["exploration"] for row in found] == [item.exploration for item in slate.items]
        assert [row["score"] for row in found] == pytest.approx([item.score for item in slate.items])
        assert {row["provider"] for row in found} <= {"p0", "p1", "p2", "p3"}
        assert {(row["recommendation_id"], row["user_id"], row["scenario"], row["snapshot"]) for row in found} == {
            (slate.recommendation_id, "ann", "home", slate.snapshot)
        }
        assert all(0 < row["propensity"] <= 1 for row in found)
        assert all(row["propensity"] == 1 for row in found if row["source"] != "explore")

    def test_the_draw_of_exploration_so_that_it_can_be_given_a_probability(
        self, tmp_path, open_household, an_item, an_event
    ):
        with open_household(tmp_path, query={"sources": {"explore_topics": 2}}) as home:
            home.publish([an_item(n) for n in range(120)])
            liked(home, an_event)
            home.ingest(an_event(90, "ann", "i001", "dismiss"), an_event(91, "ann", "i001", "impression"))
            first = home.recommend("ann", limit=5)
            home.recommend("ann", cursor=first.next_cursor)
            columns = ("drawn", "draw_levels", "draw_touched", "draw_successes", "draw_failures", "draw_ignored")
            (drawn, levels, *received), further = logged(home, ", ".join(columns))
            context = home.service._recommender.context("ann", 5, [])  # noqa: SLF001 - there is no public way in
            Explore()(context)
            draw, topic = context.draw, int(context.catalogue.topics[context.catalogue.row("i001")])
        assert drawn == draw.topics[draw.drawn].tolist()
        assert levels == draw.by_code().tolist()
        touched = dict(zip(received[0], zip(*received[1:], strict=True), strict=True))
        assert touched[topic] == pytest.approx((0.0, draw.received[1][draw.topics == topic][0], 1.0))
        assert further == (None,) * 6, "nothing is drawn for a further page"

    def test_no_draw_where_there_was_no_choice(self, home, an_event):
        liked(home, an_event)
        home.recommend("ann")
        assert logged(home, "drawn, draw_levels") == [(None, None)]

    def test_the_receipt(self, home, an_event):
        liked(home, an_event)
        slate = home.recommend("ann")
        receipt = {each.floor: (each.required, each.achieved) for each in slate.receipt}
        for floor, said in receipt.items():
            assert logged(home, f"{floor}_required, {floor}_achieved") == [said]
        assert logged(home, "floors_missed, floors_unaffordable") == [([], [])]

    def test_a_floor_that_the_catalogue_cannot_afford_is_not_missed(self, tmp_path, open_household, an_item):
        with open_household(tmp_path) as home:
            home.publish([an_item(n, published_at="2020-01-01T00:00:00Z") for n in range(40)])
            (recency,) = (each for each in home.recommend("ann").receipt if each.floor == "recency")
            assert recency.achieved < recency.required
            assert logged(home, "floors_missed, floors_unaffordable") == [([], ["recency"])]

    def test_every_page_once_and_a_page_that_is_given_again_not_again(self, home, an_event):
        liked(home, an_event)
        first = home.recommend("ann", limit=5)
        second = home.recommend("ann", limit=5, cursor=first.next_cursor)
        home.recommend("ann", limit=5, cursor=first.next_cursor)
        home.recommend("ann", limit=5)  # the same moment, nothing changed: the same answer
        home.similar(item_id="i001", user_id="ann")
        assert logged(home, "recommendation_id, page") == [
            (first.recommendation_id, 1),
            (second.recommendation_id, 2),
        ]

    def test_who_switched_personalisation_off_is_not_named(self, home, an_event):
        home.switch("ann", enabled=False)
        slate = home.recommend("ann")
        ((user, name),) = logged(home, "user_id, recommendation_id")
        assert user is None
        assert name != slate.recommendation_id
        assert not any(hit.place.startswith("served") for hit in sweep(home.settings.data_dir, "ann").hits)

    def test_a_charter_that_does_not_declare_it_has_no_log(self, tmp_path, open_household, an_item):
        charter = tmp_path / "charter.toml"
        charter.write_text(UNDECLARED)
        with open_household(tmp_path / "data", charter=charter) as home:
            home.publish([an_item(number) for number in range(12)])
            home.recommend("ann")
            assert logged(home) == []
        assert not (tmp_path / "data" / "served").exists()

    def test_segments_are_declared_attributes(self, tmp_path):
        charter = tmp_path / "charter.toml"
        charter.write_text(UNDECLARED + '[segments]\nage = { why = "test" }\n')
        with pytest.raises(CharterError, match=r"segments\.age must be declared under attributes"):
            load_charter(charter)


class TestBounds:
    def test_what_there_is_no_room_for_is_counted(self, tmp_path, open_household, an_item):
        with open_household(tmp_path, insights={"most_waiting": 2, "flush_seconds": 3_600}) as home:
            home.publish([an_item(number) for number in range(12)])
            home.service.served_log._serve = lambda: None  # noqa: SLF001 - nobody takes what waits
            for user in "abcde":
                home.recommend(user)
            assert home.service.served_log.dropped == 3
            assert home.service.served_log.waiting == 2
            assert len(logged(home)) == 2

    def test_an_end_loses_nothing(self, tmp_path, open_household, an_item):
        with open_household(tmp_path, insights={"flush_seconds": 3_600}) as home:
            home.publish([an_item(number) for number in range(12)])
            slate = home.recommend("ann")
        found = [
            row["recommendation_id"]
            for batch in ServedFiles(tmp_path / "served").of_users(["ann"])
            for row in batch.to_pylist()
        ]
        assert found == [slate.recommendation_id]

    def test_what_cannot_be_written_is_counted_and_said(self, home, monkeypatch):
        home.recommend("ann")

        def full(_):
            raise OSError("no space left")

        monkeypatch.setattr(home.service.served_log.files, "append", full)
        with pytest.raises(OSError, match="no space"):
            home.service.served_log.flush()
        assert home.service.served_log.dropped == 1


class TestErasure:
    def test_no_file_names_the_person_and_the_others_stay(self, home, an_event):
        liked(home, an_event)
        home.recommend("ann-with-a-long-id")
        home.recommend("bob")
        home.service.served_log.flush()
        home.recommend("ann-with-a-long-id", limit=5)  # which waits in memory
        assert home.service.served_log.waiting == 1
        assert any(hit.place.startswith("served") for hit in sweep(home.settings.data_dir, "ann-with-a-long-id").hits)
        receipt = home.erase("ann-with-a-long-id")
        assert receipt["deleted"]["served"] == 2
        assert sweep(home.settings.data_dir, "ann-with-a-long-id").hits == ()
        assert logged(home, "user_id") == [("bob",)]

    def test_what_is_asked_for_the_erased_id_afterwards_names_nobody(self, home, an_event):
        liked(home, an_event)
        home.erase("ann")
        home.recommend("ann")
        assert logged(home, "user_id") == [(None,)]

    def test_aliases_go_with_the_person(self, home, an_event):
        home.ingest(an_event(1, "session", "i000"))
        home.recommend("session")
        home.merge("ann", "session")
        assert logged(home, "user_id") == [("ann",)]
        assert [row["user_id"] for row in home.export("ann").parts()["served"]()] == ["session"]
        assert home.erase("ann")["deleted"]["served"] == 1

    def test_an_export_has_what_was_recommended(self, home, an_event):
        slate = home.recommend("ann")
        home.recommend("bob")
        (row,) = home.export("ann").parts()["served"]()
        assert row["item_ids"] == [item.item_id for item in slate.items]
        assert row["served_at"] == "2026-03-01T12:00:00+00:00"


class TestFiles:
    def test_many_parts_become_few_files_that_hold_them_in_order(self, tmp_path):
        files = ServedFiles(tmp_path)
        for number in range(300):
            files.append(rows(number))
        assert len(files.paths()) == 1 + 2 + 12  # 256, 2 times 16, and 12
        found = [row["recommendation_id"] for batch in files.of_users(["ann"]) for row in batch.to_pylist()]
        assert found == [f"r{number}" for number in range(300)]

    def test_each_row_stands_in_the_folder_of_its_day(self, tmp_path):
        files = ServedFiles(tmp_path)
        files.append(pa.concat_tables([rows(1), rows(2, day=DAY + timedelta(days=1))]))
        assert [path.parent.name for path in files.paths()] == ["day=2026-03-01", "day=2026-03-02"]

    def test_what_a_crash_left_is_removed(self, tmp_path):
        files = ServedFiles(tmp_path)
        files.append(rows(1))
        (file,) = files.paths()
        file.with_name("00000000-00000015.parquet").write_bytes(file.read_bytes())  # merged, and not yet taken away
        file.with_name("00000016-00000016.parquet.unfinished").write_bytes(b"half")
        assert [path.name for path in ServedFiles(tmp_path).paths()] == ["00000000-00000015.parquet"]
        assert list(file.parent.iterdir()) == [file.with_name("00000000-00000015.parquet")]

    def test_days_go_when_they_were_over(self, tmp_path):
        files = ServedFiles(tmp_path)
        files.append(pa.concat_tables([rows(n, day=DAY + timedelta(days=n)) for n in range(3)]))
        assert files.delete_before((DAY + timedelta(days=1, hours=5)).timestamp()) == 1
        assert [path.parent.name for path in files.paths()] == ["day=2026-03-02", "day=2026-03-03"]

    def test_a_file_of_an_older_version_is_read_and_merged(self, ledger):
        old = rows(0).drop_columns(["experiment", "scores"])
        ledger.files.append(rows(1))
        (file,) = ledger.files.paths()
        pa.parquet.write_table(old, file)
        ledger.files.append(rows(2))
        assert ledger.query("SELECT recommendation_id, experiment FROM answers ORDER BY 1") == [
            ("r0", None),
            ("r2", None),
        ]
        for number in range(3, 17):
            ledger.files.append(rows(number))
        assert len(ledger.files.paths()) == 1
        assert ledger.query("SELECT count(*) FROM answers") == [(16,)]


def test_an_alias_and_its_person_are_one(ledger):
    ledger.files.append(pa.concat_tables([rows(1, user="session"), rows(2)]))
    ledger.stores.identities.merge(Merge("session", "ann", None, 0.0)).result()
    assert ledger.query("SELECT DISTINCT user_id FROM answers") == [("ann",)]
