"""The guides to audits and experiments: their commands run as they stand, on a folder with what the guides speak of."""

import re
import shlex
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from app.main import running
from app.settings import Settings
from indexer.build import Builder, BuildInput, IndexSettings
from indexer.documents import EventDocument, ItemDocument
from indexer.embeddings import EmbeddingCache
from indexer.snapshot_files import SnapshotFolder
from models.encoder import HashingEncoder
from scripts.cli import app

GUIDES = Path(__file__).parents[2] / "docs" / "guides"
CHARTER_HEAD = (
    'name = "x"\npersonalised = "x"\noutcome = "x"\ndisclosure = "x"\nserved = { why = "x", keep_days = 900 }\n'
)
EVENTS = '[events]\nlike = { why = "x", keep_days = 900 }\n'


def commands(guide: str) -> list[str]:
    blocks = re.findall(r"```console\n(.*?)```", (GUIDES / f"{guide}.md").read_text(), flags=re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.startswith("penchant ")]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A dozen people with an attribute, of whom each was recommended something in the last quarter of 2026."""
    (block,) = re.findall(r"```toml\n(.*?)```", (GUIDES / "equity-audit.md").read_text(), flags=re.DOTALL)
    (tmp_path / "charter.toml").write_text(CHARTER_HEAD + EVENTS + block.replace("= 50 ", "= 10 "))
    for name, value in (
        ("DATA_DIR", tmp_path),
        ("CHARTER", tmp_path / "charter.toml"),
        ("AS_OF", "2026-12-01T00:00:00Z"),
    ):
        monkeypatch.setenv(f"PENCHANT_{name}", str(value))
    monkeypatch.setattr(IndexSettings, "open_encoder", lambda _: HashingEncoder(16))
    fill(Settings())
    return tmp_path


def fill(settings: Settings) -> None:
    import asyncio  # noqa: PLC0415

    from app.requests.people import ProfilePatch  # noqa: PLC0415
    from app.requests.slates import RecommendRequest  # noqa: PLC0415

    item = {"tags": ["a"], "format": "text", "language": "en", "published_at": "2026-01-01T00:00:00Z"}
    items = [
        ItemDocument.model_validate({"item_id": f"i{n}", "title": f"t {n}", "text": ""} | item, strict=False)
        for n in range(40)
    ]
    encoder, cache = HashingEncoder(16), EmbeddingCache(settings.embedding_folder)
    builder = Builder(settings.index, encoder, cache, SnapshotFolder(settings.snapshot_folder), lambda _: None)
    builder(BuildInput(items), force=True)

    async def live() -> None:
        async with running(settings, encoder) as service:
            for number in range(12):
                user = f"u{number}"
                await service.person.patch(user, ProfilePatch.model_validate({"attributes": {"age_band": "18 to 24"}}))
                row = {"event_id": user, "user_id": user, "item_id": f"i{number}", "type": "like"}
                at = {"occurred_at": "2026-11-01T00:00:00Z"}
                await service.ingest([EventDocument.model_validate(row | at, strict=False)])
                service.recommend(RecommendRequest(user_id=user))

    asyncio.run(live())


def run(command: str) -> Any:
    result = CliRunner().invoke(app, shlex.split(command)[1:])
    assert result.exit_code == 0, result.output
    return result


def test_the_guide_to_audits(folder: Path) -> None:
    (command,) = commands("equity-audit")
    said = run(command).stdout
    assert "by age_band: 18 to 24: 12" in said
    (report,) = (folder / "audits").glob("2026Q4-*.json")
    assert orjson.loads(report.read_bytes())["minimum_group"] == 10


def test_the_guide_to_experiments(folder: Path) -> None:
    declared = re.findall(r"```json\n(.*?)```", (GUIDES / "experiments.md").read_text(), flags=re.DOTALL)[0]
    about = {"salt": "s", "made_at": "2026-11-01T00:00:00Z", "made_by": "keyless", "started_at": "2026-11-01T00:00:00Z"}
    (folder / "experiments").mkdir()
    (folder / "experiments" / "bolder.json").write_bytes(orjson.dumps(orjson.loads(declared) | about))
    compare = [command for command in commands("experiments") if command.startswith("penchant compare")]
    plan, text, as_json = (run(command).stdout for command in compare)
    assert "people of the control and the smallest variant" in plan
    assert "people: control 0, bolder 0, holdout 0" in text
    assert orjson.loads(as_json)["experiment"]["running"]
