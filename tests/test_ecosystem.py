"""The page that compares Penchant with others: whatever it names of Penchant is there."""

import re
from pathlib import Path

from app.main import create_app
from app.settings import Settings
from scripts.cli import SUMMARIES

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "ecosystem.md").read_text(encoding="utf-8")
ROWS = [line.split(" | ") for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| need")]


def test_every_row_names_a_test_that_is_there() -> None:
    assert len(ROWS) > 20
    for row in ROWS:
        assert (ROOT / row[2]).exists(), row[:3]
        assert (ROOT / row[2]).is_dir() or "def test_" in (ROOT / row[2]).read_text(encoding="utf-8"), row[2]


def test_every_endpoint_is_one_of_the_services() -> None:
    document = create_app(Settings()).openapi()
    served = {
        f"{method.upper()} {re.sub(r'{.*?}', '{}', path)}" for path, of in document["paths"].items() for method in of
    }
    named = {
        f"{method} {re.sub(r'{.*?}', '{}', path)}"
        for method, path in re.findall(r"`(GET|POST|PUT|PATCH|DELETE) (/[^` ?]*)", PAGE)
    }
    assert len(named) > 4
    assert {each for each in named if not each.endswith("...")} <= served


def test_every_command_is_there() -> None:
    named = set(re.findall(r"`penchant ([a-z-]+)", PAGE))
    assert len(named) > 3
    assert named <= SUMMARIES.keys()
