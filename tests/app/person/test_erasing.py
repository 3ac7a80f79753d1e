"""What is left of a person: nothing after an erasure, everything in an export, one history after a merge."""

import io
import json
import zipfile
from datetime import date, datetime

import orjson
import pytest

from app.errors import MergeRefusedError
from app.person.erasure.byte_search import sweep
from indexer.documents import EventDocument, UserDocument

SOMETHING = {
    "BIGINT": 7,
    "UBIGINT": 7,
    "TINYINT": 1,
    "DOUBLE": 1.0,
    "BOOLEAN": False,
    "VARCHAR": "all",
    "JSON": "{}",
    "TIMESTAMP": datetime(2026, 2, 1),  # noqa: DTZ001 - the database's columns carry no zone
    "DATE": date(2026, 2, 1),
}
"""A value of each type that a column may have."""
PERSON = 'zoë "4711"/person@example.org'


def essence(slate):
    return [(item.item_id, item.score, item.label, item.exploration) for item in slate.items], slate.receipt


def crowd(an_event, start=10_000):
    """Other people's events."""
    return [an_event(start + n, f"u{n % 40}", f"i{n * 7 % 90:03}", days_ago=n % 50) for n in range(400)]


def live(home, an_event, user, start=0):
    """A person uses every control there is."""
    home.ingest(*(an_event(start + n, user, f"i{n * 6 % 90:03}", days_ago=20 - n) for n in range(12)))
    home.ingest(an_event(start + 50, user, "i001", "dismiss"))
    home.patch(user, goals=["grow vegetables"], role="nurse", attributes={}, preferences={"tags": ["rust"]})
    home.ignore_event(user, f"e{start}")
    home.wish(user, home.service.snapshot_swap.current.catalogue.slug_of("i005"), "more")
    home.recommend(user, limit=10)


class TestErasure:
    def test_after_a_heavy_run_no_file_holds_the_id(self, tmp_path, open_household, an_item, an_event):
        with open_household(tmp_path, storage={"checkpoint_mb": 1}) as home:
            home.publish([an_item(number) for number in range(90)])
            for start in range(20_000, 100_000, 10_000):
                home.ingest(*crowd(an_event, start))
                home.ingest(*(an_event(start + 5_000 + n, PERSON, f"i{n:03}", "click", 9) for n in range(90)))
                home.ingest(*(an_event(start + 6_000 + n, f"{PERSON}-session", f"i{n:03}", "click") for n in range(40)))
                home.patch(PERSON, role=f"nurse {start}", goals=[f"goal {start}"])
            live(home, an_event, PERSON)
            home.merge(PERSON, f"{PERSON}-session")
            home.reset(PERSON, keep_seen=True)
            home.publish([an_item(number) for number in range(91)])
            assert any(hit.place.startswith("penchant.duckdb") for hit in sweep(tmp_path, PERSON).hits)
            receipt = home.erase(PERSON)
            assert receipt["aliases"] == 1
            assert receipt["deleted"]["events"] > 900
            assert sweep(tmp_path, PERSON).hits == ()  # while the service runs
            assert not home.profile(PERSON)["known"]
            assert home.controls(PERSON)["actions"] == []
            assert home.ingest(an_event(1, "somebody-else", "i000")) == ["accepted"]
        assert sweep(tmp_path, PERSON).hits == ()  # and when it has stopped

    def test_no_table_keeps_a_row_that_names_the_person(self, home):
        """Whoever adds a table that names people has to see to its erasure, and to the merging of ids."""
        database = home.stores.users._database  # noqa: SLF001 - every table is filled, whatever writes it
        with database.reading() as connection:
            tables = connection.execute(
                "SELECT table_name FROM duckdb_columns() WHERE column_name = 'user_id' AND NOT internal"
            ).fetchall()
            for (table,) in tables:
                columns = connection.execute(
                    "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ?", [table]
                ).fetchall()
                values = [PERSON if name == "user_id" else SOMETHING[kind] for name, kind in columns]
                marks = ", ".join("?" * len(values))
                connection.execute(f"INSERT INTO {table} VALUES ({marks})", values)  # noqa: S608 - our own tables
        assert {name for (name,) in tables} >= {"events", "users", "forgettings", "aliases", "control_actions"}
        decisions = home.service.person._upkeep.decisions  # noqa: SLF001 - the rows came past it
        home.loop.run_until_complete(decisions.reload([PERSON]))
        home.erase(PERSON)
        with database.reading() as connection:
            for (table,) in tables:
                assert (table, connection.table(table).filter(f"user_id = '{PERSON}'").fetchall()) == (table, [])

    def test_nothing_in_memory_names_the_person(self, home, an_event):
        live(home, an_event, PERSON)
        home.erase(PERSON)
        assert home.service.snapshot_swap.current.people.get(PERSON) is None
        assert home.service._recommender.stored(PERSON) == []  # noqa: SLF001
        assert home.service._recommender._exploration_window.shown(PERSON) is None  # noqa: SLF001
        assert home.service.person._upkeep.decisions.forgettings_of(PERSON) == []  # noqa: SLF001

    def test_others_are_recommended_what_they_were_before_the_person_came(self, home, an_event):
        home.ingest(*crowd(an_event))
        before = essence(home.recommend("u3", limit=50))  # a whole window, which what was shown before does not reach
        live(home, an_event, PERSON)
        home.erase(PERSON)
        assert essence(home.recommend("u3", limit=50)) == before

    def test_an_erased_person_who_comes_back_is_a_stranger(self, home, an_event):
        stranger = essence(home.recommend(PERSON))
        live(home, an_event, PERSON)
        home.erase(PERSON)
        assert essence(home.recommend(PERSON)) == stranger
        home.take_back(PERSON)
        assert home.ingest(an_event(0, PERSON, "i000", days_ago=0)) == ["accepted"]  # what was ignored is forgotten too

    def test_the_receipt_says_which_snapshots_were_learned_from_many_people(self, home, an_event):
        receipt = home.erase(PERSON)
        assert receipt["aggregates"]["snapshots"] == []
        assert "No snapshot" in receipt["aggregates"]["statement"]

    def test_an_erased_alias_is_cut_off_and_the_known_person_stays(self, home, an_event):
        home.ingest(an_event(1, "ada", "i000"), an_event(2, "session", "i006"))
        home.merge("ada", "session")
        home.erase("session")
        assert home.profile("ada")["signals"]["positive"] == 2
        home.ingest(an_event(3, "session", "i012"))
        assert home.profile("ada")["signals"]["positive"] == 2


class TestExport:
    def unpacked(self, home, user):
        archive = zipfile.ZipFile(io.BytesIO(b"".join(home.export(user).zip())))
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}

    def test_export_erase_and_import_elsewhere_give_the_same_recommendations(
        self, tmp_path, open_household, an_item, an_event
    ):
        items = [an_item(number) for number in range(90)]
        with open_household(tmp_path / "one") as one, open_household(tmp_path / "other") as other:
            for home in (one, other):
                home.publish(items)
                home.ingest(*crowd(an_event))
            live(one, an_event, PERSON)
            files = self.unpacked(one, PERSON)
            before = one.service.person._recommender.preview(  # noqa: SLF001 - the window of what was shown stays
                PERSON, 10, one.service.snapshot_swap.current.people.get(PERSON)
            )
            one.erase(PERSON)
            for line in files["users.ndjson"].splitlines():
                stated = UserDocument.model_validate_json(line)
                other.patch(PERSON, **stated.model_dump(exclude={"user_id"}, exclude_unset=True))
            other.ingest(*map(EventDocument.model_validate_json, files["events.ndjson"].splitlines()))
            after = other.recommend(PERSON, limit=10)
        assert [item.item_id for item in after.items] == [item.item_id for item in before.items]
        assert [item.score for item in after.items] == pytest.approx([item.score for item in before.items], rel=1e-4)

    def test_json_and_zip_hold_the_same(self, home, an_event):
        live(home, an_event, PERSON)
        home.reset(PERSON, keep_seen=True)
        home.ingest(an_event(200, PERSON, "i030", days_ago=-0.001))
        export = home.export(PERSON)
        whole, files = orjson.loads(b"".join(export.json())), self.unpacked(home, PERSON)
        for name in export.parts():
            assert [json.loads(line) for line in files[f"{name}.ndjson"].splitlines()] == whole[name]
        assert json.loads(files["profile.json"]) == whole["profile"]
        assert [len(whole[name]) for name in ("events", "forgotten", "seen", "forgettings")] == [1, 12, 12, 1]

    def test_the_readme_names_every_file(self, home):
        files = self.unpacked(home, "ada")
        readme = files.pop("README.md").decode()
        assert all(f"{name} " in readme for name in files)

    def test_a_long_history_comes_in_pieces(self, home, an_event):
        home.ingest(*(an_event(n, "ada", f"i{n % 90:03}", "click") for n in range(2_500)))
        pieces = list(home.export("ada").zip())
        assert max(map(len, pieces)) < 200_000
        assert len(self.unpacked(home, "ada")["events.ndjson"].splitlines()) == 2_500


class TestMerging:
    def test_a_session_becomes_the_known_person(self, tmp_path, open_household, an_item, an_event):
        with open_household(tmp_path, control={"refused_days": 0}) as home:
            home.publish([an_item(number) for number in range(90)])
            self.compare(home, an_event)

    def compare(self, home, an_event):
        home.ingest(an_event(1, "known", "i000"), an_event(2, "session", "i006"), an_event(3, "session", "i012"))
        home.merge("known", "session")
        together = essence(home.recommend("known"))
        home.erase("known")
        home.ingest(an_event(1, "known", "i000"), an_event(2, "known", "i006"), an_event(3, "known", "i012"))
        assert essence(home.recommend("known")) == together

    def test_what_the_known_person_states_wins(self, home):
        home.patch("session", role="guest", goals=["space"], preferences={"tags": ["rust"], "formats": ["video"]})
        home.patch("known", role="nurse", preferences={"tags": ["chess"]})
        home.merge("known", "session")
        explicit = home.profile("known")["explicit"]
        assert (explicit["role"], explicit["goals"]) == ("nurse", ["space"])
        assert (explicit["preferences"]["tags"], explicit["preferences"]["formats"]) == (["chess"], ["video"])

    def test_merging_is_associative(self, tmp_path, open_household, an_item, an_event):
        slates = []
        for name, steps in (("one", [("b", "a"), ("c", "b")]), ("other", [("c", "b"), ("c", "a")])):
            with open_household(tmp_path / name) as home:
                home.publish([an_item(number) for number in range(90)])
                for n, user in enumerate("abc"):
                    home.ingest(an_event(n, user, f"i{n * 7:03}"), an_event(10 + n, user, f"i{n * 11 + 3:03}"))
                    home.patch(user, **({"role": user} if user != "c" else {"goals": ["space"]}))
                for user, source in steps:
                    home.merge(user, source)
                home.ingest(an_event(30, "a", "i050"), an_event(31, "b", "i051"))
                profile = home.profile("c")
                slates.append((essence(home.recommend("c")), profile["explicit"], profile["signals"]))
        assert slates[0] == slates[1]

    def test_a_session_belongs_to_one_person(self, home, an_event):
        home.ingest(an_event(1, "session", "i000"))
        home.merge("ada", "session")
        with pytest.raises(MergeRefusedError):
            home.merge("bob", "session")
        assert not home.merge("ada", "ada")["merged"]

    def test_what_the_session_forgot_stays_forgotten_and_can_be_undone(self, home, an_event):
        home.ingest(an_event(1, "ada", "i000"), an_event(2, "session", "i006"))
        home.reset("session")
        home.merge("ada", "session")
        assert home.profile("ada")["signals"]["positive"] == 1
        assert home.ingest(an_event(3, "session", "i012", days_ago=2)) == ["ignored"]
        assert home.ingest(an_event(4, "ada", "i012", days_ago=2)) == ["accepted"]
        home.undo_reset("ada")
        assert home.profile("ada")["signals"]["positive"] == 3

    def test_a_reset_covers_what_comes_late_under_an_alias(self, home, an_event):
        home.ingest(an_event(1, "ada", "i000"), an_event(2, "session", "i006"))
        home.merge("ada", "session")
        home.reset("ada")
        assert home.ingest(an_event(3, "session", "i012", days_ago=2)) == ["ignored"]

    def test_an_opted_out_owner_learns_nothing_from_an_alias(self, home, an_event):
        home.ingest(an_event(1, "session", "i006"))
        home.merge("ada", "session")
        home.switch("ada", enabled=False)
        assert home.ingest(an_event(3, "session", "i012", days_ago=2)) == ["ignored"]
        assert home.stores.forgettings.seen(["ada"]).items == ["i012"]
