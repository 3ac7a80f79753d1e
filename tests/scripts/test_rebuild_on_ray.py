"""`penchant rebuild-index --ray local` as somebody runs it: with the real encoder, and nothing left afterwards."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[2]


def left_by_ray() -> set[str]:
    """Processes and folders of clusters that were begun here."""
    daemons = (each for each in psutil.process_iter(["pid", "name"]) if each.info["name"] == "raylet")
    folders = Path("/tmp").glob("penchant-ray-*")  # noqa: S108 - where the product makes them
    return {str(each.info["pid"]) for each in daemons} | set(map(str, folders))


@pytest.mark.nightly
def test_a_build_on_a_cluster_of_this_machine_leaves_a_snapshot_and_nothing_else(tmp_path: Path) -> None:
    more = {"format": "text", "language": "en", "published_at": "2026-01-01T00:00:00Z"}
    rows = [json.dumps({"item_id": f"i{number}", "title": f"number {number}", **more}) for number in range(2_100)]
    (tmp_path / "items.ndjson").write_text("\n".join(rows))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}
    environment |= {"HOME": str(tmp_path), "PYTHONPATH": str(ROOT), "PENCHANT_DATA_DIR": str(tmp_path / "data")}
    environment |= {"PENCHANT_RAY__WORKERS": "2", "PENCHANT_CONFIG": ""}
    before = left_by_ray()
    options = ["--items", str(tmp_path / "items.ndjson"), "--ray", "local"]
    command = [sys.executable, "-m", "scripts", "rebuild-index", *options]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "is in service: 2,100 items" in done.stdout
    assert "Traceback" not in done.stderr
    assert left_by_ray() <= before
    assert not (tmp_path / ".ray").exists()
