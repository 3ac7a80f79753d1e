"""Every dependency has a reason and a pinned version."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def name(requirement: str) -> str:
    return re.split(r"[ ;<>=\[]", requirement, maxsplit=1)[0]


def declared() -> set[str]:
    extras = PROJECT["optional-dependencies"].values()
    return {name(requirement) for group in [PROJECT["dependencies"], *extras] for requirement in group}


def pinned() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = dict(line.split("==") for line in lines if not line.startswith("#"))
    return {package.lower().replace("_", "-"): version for package, version in pins.items()}


def test_every_dependency_has_its_reason_and_every_reason_its_dependency() -> None:
    record = (ROOT / "docs/decisions/0006-dependencies.md").read_text()
    assert set(re.findall(r"^\| `([^`]+)` \|", record, flags=re.MULTILINE)) == declared()


def test_every_dependency_is_pinned() -> None:
    assert declared() <= pinned().keys()


def test_no_pin_names_the_build_of_one_index() -> None:
    assert not [version for version in pinned().values() if "+" in version]
