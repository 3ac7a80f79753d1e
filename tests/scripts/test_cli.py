"""The command line: what it lists, what it runs, and what it imports only when asked."""

import subprocess
import sys
from importlib.metadata import version

import pytest
from typer.testing import CliRunner

from scripts.cli import SUMMARIES, app, load_command

HEAVY = ("torch", "faiss", "duckdb", "fastapi", "numpy")


def test_help_lists_every_subcommand_with_its_summary() -> None:
    shown = " ".join(CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"}).output.split())
    for name, summary in SUMMARIES.items():
        assert name in shown
        assert summary in shown


@pytest.mark.parametrize(("name", "summary"), SUMMARIES.items())
def test_summary_is_the_first_line_of_the_subcommands_docstring(name: str, summary: str) -> None:
    assert load_command(name).help.splitlines()[0] == summary


@pytest.mark.parametrize("name", SUMMARIES)
def test_every_subcommand_explains_its_options(name: str) -> None:
    answer = CliRunner().invoke(app, [name, "--help"])
    assert answer.exit_code == 0
    assert f"penchant {name}" in answer.output or f"{name} [OPTIONS]" in answer.output


def test_a_mistyped_subcommand_is_answered_with_the_nearest_one() -> None:
    answer = CliRunner().invoke(app, ["fetch-movielense"])
    assert answer.exit_code == 2
    assert "fetch-movielens" in answer.output


def test_version_is_that_of_the_package() -> None:
    assert CliRunner().invoke(app, ["--version"]).output == f"penchant {version('penchant')}\n"


def test_help_imports_nothing_heavy() -> None:
    code = f"import sys, scripts.cli; sys.exit(bool(sys.modules.keys() & set({HEAVY})))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
