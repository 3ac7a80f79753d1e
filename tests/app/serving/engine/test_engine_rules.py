"""An engine that is slow, away, incomplete or out of date: nobody waits for long, nothing is lost, nothing leaks."""

import logging
import sys
import threading
import time

import numpy as np
import pytest

from app.errors import EngineAwayError
from app.serving.engine.publication import EnginePublication, EngineRecallError
from app.serving.engine.remote import RemoteEngine
from app.serving.engine.search import EngineSearch
from app.settings import Settings
from indexer.engines.engine import NOTHING, EngineError, EngineMissingError
from indexer.engines.faiss import FaissEngine
from indexer.engines.pgvector import PgvectorEngine
from indexer.engines.settings import EngineSettings
from models.ids import Rows

PASSWORD = "hunter2-of-nobody"  # noqa: S105 - of nobody


class Faulty(FaissEngine):
    """FAISS as an engine, whose searches fail or hang for as long as a test says so."""

    def __init__(self):
        super().__init__()
        self.fails, self.hangs = False, threading.Event()
        self.hangs.set()
        self.asked = []

    def search(self, name, question):
        self.asked.append(question)
        self.hangs.wait(10)
        if self.fails:
            raise EngineError("faiss: out of order")
        return super().search(name, question)


@pytest.fixture
def faulty():
    return Faulty()


@pytest.fixture
def engine(home, faulty):
    """The household's candidates come from an engine, of which it has an index too."""
    settings = EngineSettings(timeout_seconds=0.2, retry_seconds=60)
    EnginePublication(faulty, home.settings, print)(home.service.snapshot_swap.current.catalogue.snapshot.snapshot_id)
    remote = home.service.snapshot_swap.engine = RemoteEngine(faulty, settings)
    catalogue = home.service.snapshot_swap.current.catalogue
    catalogue.engine = EngineSearch(remote, catalogue)
    faulty.asked.clear()
    yield remote
    faulty.hangs.set()
    remote.close()


def similar(home, item_id="i000", **fields):
    return [item["item_id"] for item in home.similar(item_id=item_id, limit=20, **fields)["items"]]


def test_an_engine_that_hangs_is_waited_for_once(home, engine, faulty):
    expected = similar(home)
    faulty.hangs.clear()
    began = time.monotonic()
    assert similar(home, "i001")
    assert similar(home, "i002")
    assert engine.counts.failures == 1
    assert engine.counts.by_own_index == 2
    assert time.monotonic() - began < 5
    assert "no answer within 0.2 s" in engine.problem
    faulty.hangs.set()
    engine._away_until = 0.0  # noqa: SLF001 - a minute later
    assert similar(home) == expected
    assert engine.problem is None


def test_without_an_own_index_a_request_is_refused_with_the_reason(home, engine, faulty):
    engine.settings = engine.settings.model_copy(update={"own_index": False})
    faulty.fails = True
    with pytest.raises(EngineAwayError, match="out of order") as refused:
        similar(home)
    assert (refused.value.status, refused.value.headers) == (503, {"Retry-After": "60"})
    assert engine.counts.refused == 1
    assert home.recommend("somebody new", 10).items  # who is not known is not searched for


def test_a_snapshot_that_the_engine_does_not_hold_is_searched_here(home, engine, an_item):
    snapshot = home.publish([an_item(number) for number in range(95)], 1)
    assert similar(home)
    assert f"does not hold snapshot {snapshot}" in engine.problem
    assert home.service.readiness()["state"] == "degraded"


@pytest.mark.usefixtures("engine")
def test_what_an_engine_cannot_be_told_is_looked_at_afterwards(home, faulty):
    """A field that the collection lacks, and sensitive topics that are read otherwise than when it was published."""
    search = home.service.snapshot_swap.current.catalogue.engine
    del search.columns.fields["format"]
    search._rules = "others"  # noqa: SLF001 - as after a verdict
    videos = similar(home, filter='format = "video"')
    assert len(videos) == 20
    assert all(int(each[1:]) % 2 for each in videos)
    assert "format" not in str(faulty.asked[-1].condition)
    assert "sensitive" not in str(faulty.asked[-1].condition)


def test_exclusions_beyond_what_is_named_are_left_out_and_more_is_asked_for(home, engine, faulty, an_event):
    engine.settings = engine.settings.model_copy(update={"most_excluded": 3})
    home.ingest(*(an_event(n, "ada", f"i{6 * n:03}", "click") for n in range(14)))
    slate = home.recommend("ada", 20)
    assert not {item.item_id for item in slate.items} & {f"i{6 * n:03}" for n in range(14)}
    assert max(len(question.excluded) for question in faulty.asked) == 3


@pytest.mark.usefixtures("engine")
def test_what_is_excluded_is_named(home, faulty):
    catalogue = home.service.snapshot_swap.current.catalogue
    excluded = np.arange(80, dtype=np.int32)
    hits = catalogue.search(catalogue.index[np.arange(3, dtype=np.int32)], 60, excluded)
    found: Rows = hits.rows[hits.rows >= 0]
    assert set(found.tolist()) == set(range(80, 90))
    assert len(faulty.asked[-1].excluded) == 80


@pytest.mark.usefixtures("engine")
def test_what_an_engine_brings_in_error_is_not_shown(home, faulty, monkeypatch):
    """Deleted, muted, expired, unpublished or unknown: whatever it says."""
    expected = similar(home)
    home.delete(expected[0])
    monkeypatch.setattr(faulty, "search", lambda _, q: np.tile([*range(90), 10**6, -5, NOTHING], (len(q.queries), 1)))
    assert expected[0] not in similar(home)
    assert len(similar(home)) == 20


def test_a_build_whose_engine_finds_too_little_is_not_put_in_service(home, faulty, an_item, monkeypatch):
    before = home.service.snapshot_swap.current.catalogue.snapshot.snapshot_id
    monkeypatch.setattr(faulty, "search", lambda _, q: np.full((len(q.queries), q.k), NOTHING))
    publication = EnginePublication(faulty, home.settings, print)
    with pytest.raises(EngineRecallError, match=r"finds 0\.000 of the nearest"):
        home.publish([an_item(number) for number in range(95)], 1, ready=publication)
    assert home.snapshots.current_id() == before
    assert home.snapshots.ids() == [before]
    assert faulty.collections() == {}


def test_collections_go_with_their_snapshots(home, faulty):
    publication = EnginePublication(faulty, home.settings, print)
    snapshot = home.snapshots.current_id()
    publication.complete(snapshot)
    made = faulty.collections()[snapshot].notes["made"]
    publication.complete(snapshot)
    assert faulty.collections()[snapshot].notes["made"] == made
    faulty.create("left-behind", faulty.collections()[snapshot])
    publication.prune([snapshot])
    assert (list(faulty.collections()), list(faulty.begun())) == ([snapshot], [])
    publication.prune([])
    assert faulty.collections() == {}


def test_passwords_are_told_to_nobody(caplog):
    caplog.set_level(logging.DEBUG)
    address = f"postgresql://penchant:{PASSWORD}@127.0.0.1:1/nowhere"
    settings = Settings(index={"engine": {"kind": "pgvector", "address": address, "timeout_seconds": 0.3}})
    assert PASSWORD not in repr(settings)
    assert PASSWORD not in settings.model_dump_json()
    engine = settings.index.engine.open(0.3)
    for broken in (engine, PgvectorEngine(f"postgresql://penchant:{PASSWORD}@nowhere:port/", timeout=0.3)):
        with pytest.raises(EngineError) as error:
            broken.collections()
        assert PASSWORD not in str(error.value)
        broken.close()
    assert PASSWORD not in caplog.text


def test_milvus_tells_its_token_to_nobody(caplog):
    pytest.importorskip("pymilvus")
    caplog.set_level(logging.DEBUG)
    settings = EngineSettings(kind="milvus", address="http://127.0.0.1:1", token=f"root:{PASSWORD}")
    engine = settings.open(0.3)
    with pytest.raises(EngineError) as error:
        engine.collections()
    engine.close()
    assert PASSWORD not in f"{error.value} {caplog.text} {settings!r}"


@pytest.mark.parametrize(
    ("kind", "package", "extra"), [("pgvector", "psycopg", "postgres"), ("milvus", "pymilvus", "milvus")]
)
def test_what_is_not_installed_is_named_with_its_extra(monkeypatch, kind, package, extra):
    monkeypatch.delitem(sys.modules, f"indexer.engines.{kind}", raising=False)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(EngineMissingError, match=rf"pip install 'penchant\[{extra}\]'"):
        EngineSettings(kind=kind, address="somewhere").open(1.0)


@pytest.mark.parametrize("wrong", [{"kind": "milvus"}, {"own_index": False}], ids=["no address", "nothing at all"])
def test_settings_that_cannot_work_are_refused(wrong):
    with pytest.raises(ValueError, match="kind is"):
        EngineSettings(**wrong)
