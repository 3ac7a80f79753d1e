"""The guide to charters: the commands of its examples run, and say what the guide shows."""

import re
import shlex
from pathlib import Path
from shutil import copytree

import pytest
from typer.testing import CliRunner

from app.policy.charter.charter import load_charter
from app.policy.transparency import transparency_payload
from app.settings import CONFIG_VARIABLE, Settings
from indexer.sensitive.taxonomy import load_taxonomy
from scripts.cli import app

GUIDES = Path(__file__).parents[2] / "docs" / "guides"
GUIDE = (GUIDES / "charter.md").read_text()
EXAMPLES = sorted(path.name for path in (GUIDES / "charters").iterdir())
LEFT_OUT = "..."


def session(example: str) -> list[tuple[str, list[str]]]:
    """(command, lines shown) of the console block of an example."""
    block = re.search(rf"\(charters/{example}/charter\.toml\).*?```console\n(.*?)```", GUIDE, flags=re.DOTALL)
    assert block
    pairs: list[tuple[str, list[str]]] = []
    for line in block[1].splitlines():
        if line.startswith("$ "):
            pairs.append((line[2:], []))
        elif line != LEFT_OUT:
            pairs[-1][1].append(line)
    return pairs


@pytest.mark.real_model
@pytest.mark.parametrize("example", EXAMPLES)
def test_the_commands_of_an_example_run_and_say_what_is_shown(
    example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(copytree(GUIDES / "charters" / example, tmp_path / example))
    monkeypatch.setenv(CONFIG_VARIABLE, "")
    assert session(example)
    for command, shown in session(example):
        program, *arguments = shlex.split(command)
        assert program == "penchant"
        answer = CliRunner().invoke(app, arguments)
        assert answer.exit_code == 0, answer.output
        assert shown
        assert not [line for line in shown if line not in answer.output.splitlines()], answer.output


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_charter_of_an_example_is_published_as_it_stands(example: str) -> None:
    path = GUIDES / "charters" / example / "charter.toml"
    told = transparency_payload(Settings(charter=path), load_charter(path), None)
    modes = {each["topic"]: each["mode"] for each in told["sensitive_topics"]}
    assert modes.keys() == set(load_taxonomy().names)
    assert {name: topic.mode for name, topic in load_charter(path).sensitive.items()}.items() <= modes.items()
    assert "allowed_sensitive_topics" in load_charter(path).profile
