"""The Makefile explains itself, and the image is built from files that are there."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_make_help_lists_every_command() -> None:
    commands = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    assert commands is not None
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S607 - whichever make the developer has
    assert re.findall(r"^  make (\S+)", shown, flags=re.MULTILINE) == commands[1].split()


def test_every_file_that_the_image_is_built_from_exists_and_is_sent_to_the_build() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    sources = {source for line in copied for source in line.split()}
    sent = set(re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(), flags=re.MULTILINE))
    assert sources == sent
    assert not [source for source in sources if not (ROOT / source).exists()]


def test_every_package_is_copied_into_the_image() -> None:
    packages = {folder.name for folder in ROOT.iterdir() if (folder / "__init__.py").exists()} - {"tests"}
    assert packages == {"app", "indexer", "models", "scripts"}
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert all(f"COPY {package} {package}\n" in dockerfile for package in packages)


def test_the_image_serves_nobody_without_a_key() -> None:
    """It listens beyond its machine, which the server does with keys only; and nothing in it says otherwise."""
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert "PENCHANT_HTTP__HOST=0.0.0.0" in dockerfile
    assert re.findall(r"^CMD (.*)$", dockerfile, flags=re.MULTILINE) == ['["penchant", "serve"]']
