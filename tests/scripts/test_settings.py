"""`penchant settings`, and the page that it wrote."""

from pathlib import Path

import pytest
from pydantic import BaseModel
from typer.testing import CliRunner

from app.settings import Settings
from models.events import EventType
from scripts.cli import app
from scripts.settings import document, groups_of

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"


def test_the_page_is_what_the_code_says() -> None:
    assert PAGE.read_text() == CliRunner().invoke(app, ["settings"]).output, (
        "write it anew: .venv/bin/penchant settings > docs/settings.md"
    )


@pytest.mark.parametrize("group", list(groups_of(Settings)), ids=lambda group: group[0] or "top")
def test_every_setting_is_listed_with_its_meaning(group: tuple[str, type[BaseModel]]) -> None:
    name, model = group
    section = document().partition(f"## `{name}`\n" if name else "## Top level\n")[2].partition("\n## ")[0]
    rows = [line.split(" | ") for line in section.splitlines() if line.startswith("| `")]
    meanings = {cells[0].strip("|` "): cells[-1].strip("| ") for cells in rows}
    inner = {field for field, info in model.model_fields.items() if is_model(info.annotation)}
    assert meanings.keys() == model.model_fields.keys() - inner
    assert all(meaning.endswith(".") for meaning in meanings.values())


def is_model(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def test_every_event_type_is_listed() -> None:
    listed = document().partition("## Event types")[2]
    assert all(f"| `{kind}` |" in listed for kind in EventType)
