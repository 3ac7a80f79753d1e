"""The pages say what is: their stages, files, commands, fields and groups of settings are those of the code.

The tours run in tests/e2e/test_tours.py.
"""

import inspect
import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from app.pipeline.settings import FloorSettings, QuerySettings
from app.pipeline.stages import build_pipeline
from app.settings import Settings
from indexer.documents import EventDocument, ItemDocument, UserDocument
from scripts.cli import SUMMARIES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
PAGES = sorted(path for path in (ROOT / "docs").rglob("*.md") if path.parent.name != "decisions")
SCREEN_LINES = 160


def page(name: str) -> str:
    return (ROOT / "docs" / f"{name}.md").read_text()


def rows(text: str) -> list[list[str]]:
    """The cells of the tables in a text, without heads."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    rules = {place for place, row in enumerate(cells) if set(row[0]) == {"-"}}
    return [row for place, row in enumerate(cells) if not {place, place + 1} & rules]


def file_of(stage: object) -> str:
    return str(Path(inspect.getfile(type(stage))).relative_to(ROOT))


def test_the_table_of_stages_is_what_a_request_goes_through() -> None:
    pipeline = build_pipeline(QuerySettings())
    last = (pipeline.backfill, pipeline.scorer, pipeline.reranker, pipeline.explainer)
    expected = [
        *((f"source `{each.name}`", file_of(each)) for each in pipeline.sources),
        *((f"filter `{each.name}`", file_of(each)) for each in pipeline.filters),
        *((f"`{each.name}`", file_of(each)) for each in last),
    ]
    table = rows(page("stages"))
    listed = [(stage, re.sub(r"\[.*\]\(\.\./(.*)\)", r"\1", file)) for stage, file, _ in table]
    assert listed == expected
    verbs = {"source": "brings", "filter": "removes"}
    assert all(what.startswith(verbs.get(stage.split()[0], "")) for stage, _, what in table)


@pytest.mark.parametrize("path", [ROOT / "README.md", *PAGES], ids=lambda path: path.stem)
def test_every_file_that_a_page_names_or_links_exists(path: Path) -> None:
    text = path.read_text()
    named = set(re.findall(r"(?<![\w./])(?:app|indexer|models|scripts|docs|tests)/[\w./-]*[\w/]", text))
    linked = {target for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text) if "://" not in target}
    assert not sorted(name for name in named if not (ROOT / name).exists())
    assert not sorted(target for target in linked if not (path.parent / target).exists())


@pytest.mark.parametrize("path", [ROOT / "README.md", *PAGES], ids=lambda path: path.stem)
def test_every_command_that_a_page_names_exists(path: Path) -> None:
    text = path.read_text()
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    assert set(re.findall(r"\bmake ([a-z-]+)", README)) <= {*targets, "up"}
    assert set(re.findall(r"`(?:\.venv/bin/)?penchant ([a-z-]+)(?= |`|\n)", text)) <= SUMMARIES.keys()


def test_the_readme_is_read_in_five_minutes_and_leads_to_every_page() -> None:
    assert len(README.splitlines()) <= SCREEN_LINES
    led_to = set(re.findall(r"\]\((docs/[^)#]+)\)", README))
    beside = {str(path.relative_to(ROOT)) for path in PAGES if path.parent == ROOT / "docs"}
    assert not sorted(beside - led_to)


@pytest.mark.parametrize(
    ("name", "document"), [("items", ItemDocument), ("events", EventDocument), ("users", UserDocument)]
)
def test_the_fields_of_files_are_those_of_the_documents(name: str, document: type[BaseModel]) -> None:
    row = next(row for row in rows(page("files")) if row[0] == name)
    required, optional = (
        {re.split(r"[\[{]", field)[0]: field for field in re.findall(r"`([^`]+)`", cell)} for cell in row[1:]
    )
    fields = document.model_fields
    assert required.keys() == {field for field, info in fields.items() if info.is_required()}
    assert optional.keys() == {field for field, info in fields.items() if not info.is_required()}
    for field, spelt in optional.items():
        kind = fields[field].annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            assert re.findall(r"(\w+)(?:\[\])?[,}]", spelt) == list(kind.model_fields)


def test_every_group_of_settings_is_listed() -> None:
    groups = {
        f"`{name}`"
        for name, info in Settings.model_fields.items()
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel)
    }
    listed = {row[0]: row[1] for row in rows(page("configuration"))}
    assert listed.keys() == groups
    assert all(listed.values())


def test_the_floors_are_those_that_are_promised() -> None:
    floors, said = FloorSettings(), " ".join(README.split())
    assert "A fifth of what a person is shown comes from outside what is theirs" in said
    assert floors.exploration_share == 1 / 5
    assert "a tenth of every slate is recent" in said
    assert floors.recency_share == 1 / 10
    assert "no subject takes more than two fifths of it" in said
    assert floors.topic_cap_share == 2 / 5
