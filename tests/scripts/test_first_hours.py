"""The guides from raw files to labelled slates: every command runs as it stands, and answers what is shown."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from shutil import copytree
from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from app.main import create_app
from app.settings import CONFIG_VARIABLE, load_settings
from indexer.build import IndexSettings
from models.encoder import Encoder
from scripts.cli import app as penchant

pytestmark = pytest.mark.real_model

GUIDES = Path(__file__).parents[2] / "docs" / "guides"
PAGES = {
    "shop": "shop",
    "news": "news",
    "films": "films",
    "leaving-gorse": "gorse",
    "leaving-personalize": "personalize",
}
ADDRESS = "http://127.0.0.1:8000"
LEFT_OUT = "..."


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    """The packaged one, read once for all pages."""
    return IndexSettings().open_encoder()


def session(page: str) -> Iterator[tuple[str, str]]:
    """(command, what is shown of its output) of all console blocks of a page."""
    for block in re.findall(r"```console\n(.*?)```", (GUIDES / f"{page}.md").read_text("utf-8"), flags=re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            yield command, output


def answer_of(command: str, client: TestClient) -> Any:
    """What a service answers to a curl command."""
    words = iter(shlex.split(command)[1:])
    method, url, headers, sent, query = "", "", {}, None, False
    pairs: list[list[str]] = []
    for word in words:
        if word == "-X":
            method = next(words)
        elif word == "-H":
            name, _, value = next(words).partition(": ")
            headers[name] = value
        elif word in {"-d", "--data-urlencode"}:
            sent = next(words)
            pairs.append(sent.split("=", 1))
        elif word.startswith("-"):
            query = query or "G" in word
        else:
            url = word.removeprefix(ADDRESS)
    if query:
        return client.get(url, params=[(name, value) for name, value in pairs])
    return client.request(method or ("POST" if sent else "GET"), url, headers=headers, content=sent)


def holds(shown: Any, answer: Any) -> bool:
    """Whether an answer has what is shown of it; of a list with dots, each entry that is shown, somewhere."""
    if isinstance(shown, dict):
        same = isinstance(answer, dict) and shown.keys() <= answer.keys()
        return same and all(holds(shown[name], answer[name]) for name in shown)
    if isinstance(shown, list) and LEFT_OUT in shown:
        entries = [each for each in shown if each != LEFT_OUT]
        return bool(answer) and all(any(holds(each, given) for given in answer) for each in entries)
    return bool(shown == answer)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_leads_from_files_to_labelled_slates(
    page: str, encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CONFIG_VARIABLE, "")  # so that it is restored after `load_settings` has set it
    monkeypatch.delenv(CONFIG_VARIABLE)
    monkeypatch.chdir(copytree(GUIDES / "files" / PAGES[page], tmp_path / page))
    monkeypatch.setattr(IndexSettings, "open_encoder", lambda _: encoder)
    served, labels = None, []
    with ExitStack() as stack:
        for command, output in session(page):
            if command == "penchant serve &":
                application = create_app(load_settings())
                served = stack.enter_context(TestClient(application, base_url=ADDRESS, client=("127.0.0.1", 1)))
            elif command.startswith("penchant "):
                done = CliRunner().invoke(penchant, shlex.split(command)[1:])
                assert done.exit_code == 0, f"{command}\n{done.output}"
                missing = [line for line in map(str.strip, output.splitlines()) if not _there(line, done.output)]
                assert not missing, f"{command}\n{missing}\n{done.output}"
            else:
                assert served is not None
                answer = answer_of(command, served)
                assert answer.is_success, f"{command}\n{answer.text}"
                shown = orjson.loads(output.replace("...]", f'"{LEFT_OUT}"]'))
                assert holds(shown, answer.json()), f"{command}\n{answer.text}"
                labels += [item.get("label") for item in answer.json().get("items", [])]
    assert [label for label in labels if label and label.startswith("Because ")]


def _there(line: str, output: str) -> bool:
    beginning, dots, _ = line.partition(LEFT_OUT)
    lines = [each.strip() for each in output.splitlines()]
    return any(each.startswith(beginning) for each in lines) if dots else line in lines
