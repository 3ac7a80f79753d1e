"""Every dependency has a reason and a pinned version."""

import re
import tomllib
from pathlib import Path

from packaging.version import Version

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
    record = (ROOT / "docs/decisions/0006-dependencies.md").read_text().split("### Lower bounds")[0]
    assert set(re.findall(r"^\| `([^`]+)` \|", record, flags=re.MULTILINE)) == declared()


def test_every_dependency_is_pinned() -> None:
    assert declared() <= pinned().keys()


def bounds() -> dict[str, str]:
    groups = [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
    return dict(requirement.split(">=") for group in groups for requirement in group if ">=" in requirement)


def test_every_lower_bound_has_its_reason_and_no_pin_is_below_one() -> None:
    record = (ROOT / "docs/decisions/0006-dependencies.md").read_text().split("### Lower bounds")[1]
    told = dict(re.findall(r"^\| `([^`]+)` \| ([0-9.]+) \|", record, flags=re.MULTILINE))
    assert bounds() == told
    for package, bound in bounds().items():
        assert Version(pinned()[package]) >= Version(bound)


def test_what_reads_and_writes_files_that_outlive_an_environment_has_a_lower_bound() -> None:
    assert {"duckdb", "faiss-cpu", "numpy", "pyarrow", "sentence-transformers"} <= bounds().keys()


def test_no_pin_names_the_build_of_one_index() -> None:
    assert not [version for version in pinned().values() if "+" in version]
