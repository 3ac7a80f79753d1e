"""Every file that the product writes into its data folder stands in docs/files.md."""

import re
from datetime import UTC, datetime
from pathlib import Path

from typer.testing import CliRunner

from app.access.audit import AuditLog
from app.imports.import_state import ImportState
from app.serving.rebuild_outcome import RebuildOutcome, write_outcome
from app.storage.service_address import announced
from scripts.cli import app

PAGE = Path(__file__).parents[2] / "docs" / "files.md"


def told_paths():
    """Patterns of the first column: a name in <> is any, and a folder stands for all that is in it."""
    table = PAGE.read_text(encoding="utf-8").split("## The data folder")[1]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    names = [name for cell in cells for name in re.findall(r"`(.*?)`", cell)]
    patterns = [re.sub(r"<[a-z]+>", "[^/]+", re.sub(r"([.*+])", r"\\\1", name)) for name in names]
    return [re.compile(pattern + (".+" if pattern.endswith("/") else "")) for pattern in patterns]


def untold(folder):
    paths = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return sorted(path for path in paths if not any(pattern.fullmatch(path) for pattern in told_paths()))


def test_every_file_stands_in_the_page(home, an_event):
    """Of builds, answers, alerts, policies, keys, imports, what operators did and what is rebuilt."""
    folder, loop = home.settings.data_dir, home.loop
    home.ingest(*(an_event(number, "ann", f"i{number:03}") for number in range(9)))
    home.recommend("ann")
    home.service.served_log.flush()
    loop.run_until_complete(home.service.watch.look())
    home.service.tally("items", [{"row": 1, "status": "rejected", "errors": []}])
    policy = loop.run_until_complete(home.service.policies.add({"weights": {"popularity": 0.2}}, None, "op", "a trial"))
    loop.run_until_complete(home.service.policies.activate(policy.policy_id, "op", "a trial"))
    write_outcome(home.settings.snapshot_folder, RebuildOutcome(at=datetime.now(UTC), ok=True, said=""))
    AuditLog(folder).record("erase", key_id="k", outcome=200, user_id="ann")
    ImportState.of(folder, PAGE).keep(1)
    environment = {"PENCHANT_DATA_DIR": str(folder)}
    assert CliRunner().invoke(app, ["keys", "create", "--name", "x", "--operator"], env=environment).exit_code == 0
    with announced(folder, "http://127.0.0.1:8000"):
        assert (folder / "service.json").exists()
        assert untold(folder) == []
    home.close_again = None


def test_what_is_not_told_is_found(tmp_path):
    (tmp_path / "alerts").mkdir()
    for name in ("alerts/board.json", "alerts/other.json", "penchant.duckdb", "secrets.txt"):
        (tmp_path / name).touch()
    assert untold(tmp_path) == ["alerts/other.json", "secrets.txt"]
