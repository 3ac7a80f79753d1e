"""The wheel works away from the repository: every file is in it, and it builds a catalogue and serves it."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import time
import tomllib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("app", "indexer", "models", "scripts")
CLIENT = ROOT / "clients" / "python" / "penchant_client"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LEFT_OUT = {".sh"}
"""Kinds of files beside the code that only the repository needs."""


def sources(folder: Path) -> set[str]:
    """Every file of the packages, relative to the repository."""
    return {
        str(path.relative_to(folder))
        for package in PACKAGES
        for path in (folder / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix not in LEFT_OUT
    }


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel made from an sdist, which was made from a copy of the tree."""
    tree, made = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("dist")
    for name in (*PACKAGES, "clients", "docs"):
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "node_modules")
            shutil.copytree(ROOT / name, tree / name, ignore=ignored)
    for path in ROOT.iterdir():
        if path.is_file():
            shutil.copy(path, tree)
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", made, tree]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2_000:] + done.stderr[-2_000:]
    return made


def test_the_wheel_and_the_sdist_hold_every_file(dist: Path) -> None:
    (wheel,), (sdist,) = dist.glob("*.whl"), dist.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert held == sources(ROOT) | {f"penchant_client/{path.name}" for path in CLIENT.iterdir() if path.is_file()}
    with tarfile.open(sdist) as archive:
        packed = {member.partition("/")[2] for member in archive.getnames()}
    assert packed >= sources(ROOT) | {"constraints.txt", "CHANGELOG.md", "LICENSE", "README.md"}


@pytest.fixture(scope="module")
def installed(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `penchant` of an environment that has the wheel, what it depends on, and no path to the repository."""
    home = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True)
    (wheel,) = dist.glob("*.whl")
    install = [sys.executable, "-m", "pip", "--python", home / "bin" / "python", "install", "--no-deps", "--no-index"]
    subprocess.run([*install, "-q", wheel], check=True)
    (site,) = home.glob("lib/python*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    compiled = ROOT / "models" / "kernels" / "__pycache__"
    if compiled.is_dir():  # of the same sources, which spares two minutes
        shutil.copytree(compiled, site / "models" / "kernels" / "__pycache__", dirs_exist_ok=True)
    return home / "bin" / "penchant"


def environment(folder: Path) -> dict[str, str]:
    """Settings of nobody else's."""
    others = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "PENCHANT_CONFIG"}}
    return others | {"PENCHANT_DATA_DIR": str(folder / "data")}


def run(penchant: Path, folder: Path, *arguments: str) -> str:
    command = [penchant, *arguments]
    done = subprocess.run(command, cwd=folder, env=environment(folder), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@contextmanager
def served(penchant: Path, folder: Path) -> Iterator[str]:
    """The address of a server."""
    command, announced = [penchant, "serve", "--port", "0"], folder / "data" / "service.json"
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, env=environment(folder), stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 120
        while not announced.exists():
            assert server.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield json.loads(announced.read_text())["address"]
    finally:
        server.terminate()
        server.wait()


@pytest.mark.server
@pytest.mark.real_model
def test_away_from_the_repository_a_catalogue_is_built_and_served(installed: Path, tmp_path: Path) -> None:
    assert run(installed, tmp_path, "--version") == f"penchant {PROJECT['version']}\n"
    assert "rebuild-index" in run(installed, tmp_path, "--help")
    titles = ("Growing tomatoes", "Pruning roses", "Baking rye bread", "Sourdough at home", "Repairing bicycles")
    rows = [
        json.dumps({"item_id": str(n), "title": title, "tags": [title.split()[0]]}) for n, title in enumerate(titles)
    ]
    (tmp_path / "items.ndjson").write_text("\n".join(rows))
    run(installed, tmp_path, "rebuild-index", "--items", "items.ndjson")
    with served(installed, tmp_path) as address, httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
        event = {"event_id": "e1", "user_id": "ann", "item_id": "0", "type": "like"}
        assert client.post("/events", json=event).status_code == 200
        slate = client.get("/recommend", params={"user_id": "ann", "limit": 3}).json()
        assert len(slate["items"]) == 3
        assert all(item["label"] for item in slate["items"])
        assert client.get("/transparency", headers={"Accept": "text/html"}).status_code == 200


def test_each_version_has_its_changes_and_what_to_do() -> None:
    version = re.escape(PROJECT["version"])
    assert re.search(rf"^## \[{version}\] - \d{{4}}-\d\d-\d\d$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    released = re.findall(r"^## \[(\d+\.\d+\.\d+)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    told = re.findall(r"^## (\d+\.\d+\.\d+)$", (ROOT / "docs/guides/upgrading.md").read_text(), re.MULTILINE)
    assert told == released
