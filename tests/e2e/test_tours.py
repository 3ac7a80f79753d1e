"""The tours of the README and of docs/tour.md: every command runs, and its answer has the shape that is shown."""

import re
import shlex
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

pytestmark = [pytest.mark.real_model, pytest.mark.server]

ROOT = Path(__file__).parents[2]
README, TOUR = (ROOT / "README.md").read_text(), (ROOT / "docs" / "tour.md").read_text()
ADDRESS = "http://127.0.0.1:8000"
LEFT_OUT = "..."


def commands(page: str) -> list[tuple[str, str]]:
    """(command, shown output) of all console blocks, in order."""
    blocks = re.findall(r"```console\n(.*?)```", page, flags=re.DOTALL)
    return [pair for block in blocks for pair in _pairs(block.splitlines())]


def _pairs(lines: list[str]) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for line in lines:
        if line.startswith("$ "):
            pairs.append((line[2:], ""))
            continue
        command, output = pairs[-1]
        unfinished = command.endswith("\\") or command.count("'") % 2
        pairs[-1] = (f"{command}\n{line}", output) if unfinished else (command, f"{output}\n{line}")
    return pairs


def request_of(command: str, client: httpx.Client) -> httpx.Request:
    """What curl would send."""
    words = iter(shlex.split(command.replace("\\\n", " ")))
    assert next(words) == "curl"
    method, url, headers, body, query = "", "", {}, None, []
    for word in words:
        if word == "-X":
            method = next(words)
        elif word == "-G":
            method = "GET"
        elif word == "-H":
            name, _, value = next(words).partition(": ")
            headers[name] = value
        elif word in {"-d", "--data-urlencode"}:
            body = next(words)
            query.append(tuple(body.split("=", 1)))
        elif word != "-s":
            assert word.startswith(ADDRESS), word
            url = word.removeprefix(ADDRESS)
    if method == "GET":
        return client.build_request("GET", url, params=query)
    return client.build_request(method or ("POST" if body else "GET"), url, headers=headers, content=body)


def shown(output: str) -> Any:
    """The JSON of an output in which the rest of a list may be left out."""
    return orjson.loads(re.sub(r",\s*\.\.\.\s*\]", f', "{LEFT_OUT}"]', output))


def fits(shape: Any, answer: Any) -> bool:
    """Whether an answer has at least the keys and entries that are shown, of the types that are shown."""
    if isinstance(shape, dict):
        same = isinstance(answer, dict) and shape.keys() <= answer.keys()
        return same and all(fits(shape[key], answer[key]) for key in shape)
    if isinstance(shape, list):
        entries = [entry for entry in shape if entry != LEFT_OUT]
        return isinstance(answer, list) and all(any(fits(entry, each) for each in answer) for entry in entries)
    numbers = isinstance(shape, int | float) and isinstance(answer, int | float)
    return shape is None or answer is None or numbers or type(shape) is type(answer)


def test_the_tours_python_prints_a_slate(town, capsys) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", TOUR, flags=re.DOTALL)
    exec(program.replace(ADDRESS, str(town.client.base_url)), {})  # noqa: S102 - our own page
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["1", "2", "3", "4", "5"]
    assert all(" - " in line for line in lines)


@pytest.mark.parametrize(("page", "least"), [(README, 5), (TOUR, 11)], ids=["readme", "tour"])
def test_every_command_of_a_tour_runs_and_answers_as_shown(town, page: str, least: int) -> None:
    tour = commands(page)
    assert len(tour) >= least
    for command, output in tour:
        answer = town.client.send(request_of(command, town.client))
        if not output.strip():
            assert (answer.status_code, answer.content) == (204, b""), command
            continue
        expected = shown(output)
        assert answer.status_code == expected.get("status", 200), command
        assert fits(expected, answer.json()), f"{command}\n{answer.text}"


def test_the_tours_leave_nothing_behind(town) -> None:
    assert not town.profile("newcomer")["known"]
    assert town.client.get("/items/br-2049").status_code == 404


def test_the_tour_shows_what_the_demo_suggests() -> None:
    script = (ROOT / "scripts" / "demo" / "command.py").read_text()
    suggested = re.findall(r"^    (curl .*)$", script, flags=re.MULTILINE)
    urls = {re.search(r"\{address\}([^'&]*)", command)[1] for command in suggested}
    assert len(suggested) == 4
    assert all(url in TOUR for url in urls)
