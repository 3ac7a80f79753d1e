"""What people state, take along and have erased, on real films, with the real encoder, through real commands."""

import io
import zipfile
from typing import Any

import httpx
import pytest

from indexer.snapshot import Manifest
from indexer.snapshot_files import SnapshotFolder
from penchant_client import Client, calls

pytestmark = [pytest.mark.real_model, pytest.mark.server]

TRAVELLER = "traveller"


@pytest.fixture
def operator(guarded):
    with Client(guarded.address, key=guarded.key, http=httpx.Client(timeout=60.0, trust_env=False)) as client:
        yield client


def about_space(town: Any, slate: dict[str, Any]) -> int:
    return sum("sci-fi" in town.films[item["item_id"]]["tags"] for item in slate["items"])


def test_a_newcomers_goals_steer_the_very_first_slate(town):
    before = town.slate("dreamer")
    assert not before["personalized"]
    town.client.patch("/users/dreamer/profile", json={"goals": ["space exploration and robots"]}).raise_for_status()
    after = town.slate("dreamer")
    assert after["personalized"]
    assert about_space(town, after) >= 5 > about_space(town, before)


def test_what_was_taken_along_counts_elsewhere(town, guarded, operator, tmp_path):
    """An archive of one service goes into another one, which wants a key, by the command that its README names."""
    films = town.by_popularity()
    events = [{"event_id": f"t{n}", "user_id": TRAVELLER, "item_id": films[n * 7], "type": "like"} for n in range(12)]
    assert set(town.send("/events", *events)) == {"accepted"}
    stated = {"goals": ["westerns"], "preferences": {"tags": ["western"], "topics": []}, "role": "nurse"}
    town.client.patch(f"/users/{TRAVELLER}/profile", json=stated).raise_for_status()
    answer = town.client.get(f"/users/{TRAVELLER}/export", headers={"Accept": "application/zip"}).raise_for_status()
    zipfile.ZipFile(io.BytesIO(answer.content)).extractall(tmp_path)
    profile = town.profile(TRAVELLER)
    assert town.client.delete(f"/users/{TRAVELLER}").raise_for_status().json()["deleted"]["events"] == 12
    assert not town.profile(TRAVELLER)["known"]
    files = [f"--{name}={tmp_path / name}.ndjson" for name in ("users", "events")]
    assert "12 accepted" in guarded.run("replay", *files, f"--url={guarded.address}")
    elsewhere = operator.send(calls.profile(TRAVELLER)).model_dump(mode="json", exclude_none=True)
    assert elsewhere["explicit"]["goals"] == profile["explicit"]["goals"] == ["westerns"]
    assert elsewhere["signals"] == profile["signals"]
    history = operator.send(calls.controls(TRAVELLER)).actions
    assert [(each.action, each.key_id) for each in history] == [("profile_edited", guarded.key.split("_")[1])]
    assert _shares(elsewhere) == _shares(profile)


def test_the_index_can_be_built_without_an_erased_person_at_once(guarded, operator):
    folder = guarded.folder
    guarded.run("replay", f"--events={folder / 'files' / 'events.ndjson'}", f"--url={guarded.address}")
    guarded.run("rebuild-index")
    learned = _published(folder)
    gone = max(guarded.people, key=lambda person: sum(event["user_id"] == person for event in guarded.events))
    receipt = operator.send(calls.erase(gone))
    assert learned.snapshot_id in {each.snapshot for each in receipt.aggregates.snapshots}
    assert receipt.aggregates.rebuilt_at is not None
    assert receipt.aggregates.rebuilt_at > learned.created_at
    guarded.run("rebuild-index")
    without = _published(folder)
    assert without.snapshot_id != learned.snapshot_id
    assert 0 < without.interactions < learned.interactions


def _shares(profile: dict[str, Any]) -> dict[str, float]:
    return {each["topic"]: pytest.approx(each["share"], abs=1e-4) for each in profile["implicit"]["topics"]}


def _published(folder: Any) -> Manifest:
    snapshots = SnapshotFolder(folder / "snapshots")
    return snapshots.manifest(snapshots.current_id() or "")
