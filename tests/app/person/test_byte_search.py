"""An id is found however it is written and whatever it is packed in."""

import base64
import bz2
import gzip
import html
import json
import lzma
import zipfile
from pathlib import Path
from unicodedata import normalize
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet
import pytest

from app.person.erasure import byte_search
from app.person.erasure.byte_search import sweep

PERSON = 'zoë "4711"/person@example.org'

WRITTEN = {
    "plain": PERSON.encode(),
    "json": json.dumps({"user": PERSON}).encode(),
    "json without escapes": json.dumps({"user": PERSON}, ensure_ascii=False).encode(),
    "json with escaped slashes": json.dumps(PERSON).replace("/", "\\/").encode(),
    "json in json": json.dumps({"log": json.dumps({"user": PERSON})}).encode(),
    "json with capital escapes": json.dumps(PERSON).replace("\\u00eb", "\\u00EB").encode(),
    "url": f"/users/{quote(PERSON, safe='')}/profile".encode(),
    "url in small letters": quote(PERSON, safe="").lower().encode(),
    "utf-16": PERSON.encode("utf-16"),
    "utf-16 big": PERSON.encode("utf-16-be"),
    "utf-32": PERSON.encode("utf-32"),
    "html": html.escape(PERSON).encode(),
    "in small letters": PERSON.title().lower().encode(),
    "in capital letters": PERSON.upper().encode(),
    "with accents apart": normalize("NFD", PERSON).encode(),
    "a token": base64.urlsafe_b64encode(json.dumps({"sub": PERSON}, ensure_ascii=False).encode()),
    "base64 after one byte": base64.b64encode(b"." + PERSON.encode() + b"..."),
    "base64 after two bytes": base64.b64encode(b".." + PERSON.encode()),
    "in the midst of bytes": b"\0\xff" + PERSON.encode() + b"\0",
    "gzip": gzip.compress(PERSON.encode()),
    "bzip2": bz2.compress(PERSON.encode()),
    "xz": lzma.compress(PERSON.encode()),
    "gzip in gzip": gzip.compress(gzip.compress(PERSON.encode())),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_it_is_found_in_every_form(tmp_path: Path, name: str) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "file").write_bytes(WRITTEN[name])
    swept = sweep(tmp_path, PERSON)
    assert {hit.place.partition(" ")[0] for hit in swept.hits} == {"below/file"}
    assert not sweep(tmp_path, "somebody-else").hits


def test_it_is_found_in_archives_and_in_tables(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "export.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("users.ndjson", json.dumps({"user_id": PERSON}))
    table = pa.table({"user": [PERSON] * 3, "nested": [{"ids": [PERSON]}] * 3})
    pyarrow.parquet.write_table(table, tmp_path / "events.parquet", compression="zstd")
    places = {hit.place for hit in sweep(tmp_path, PERSON).hits}
    assert "export.zip (users.ndjson)" in places
    assert "events.parquet (rows)" in places


def test_in_tables_of_what_was_served_a_provider_is_told_from_a_person(tmp_path: Path) -> None:
    columns = {"providers": [["house", PERSON], ["house"]], "item_ids": [["a", "b"], ["c"]]}
    for name, people in (("of others", ["ann", "bob"]), ("of theirs", ["ann", PERSON])):
        pyarrow.parquet.write_table(pa.table({"user_id": people, **columns}), tmp_path / name, compression="none")
    hits = {hit.place: (hit.times > 0, hit.times == hit.in_items) for hit in sweep(tmp_path, PERSON).hits}
    assert hits == {
        "of others": (True, True),
        "of others (rows)": (True, True),
        "of theirs": (True, False),
        "of theirs (rows)": (True, False),
    }


def test_names_of_files_count_too(tmp_path: Path) -> None:
    (tmp_path / "of-person-7.txt").touch()
    assert [hit.place for hit in sweep(tmp_path, "person-7").hits] == ["the name of of-person-7.txt"]


@pytest.mark.parametrize("start", range(12))
def test_it_is_found_once_wherever_a_chunk_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: int) -> None:
    monkeypatch.setattr(byte_search, "_CHUNK", 5)
    (tmp_path / "file").write_bytes(b"." * start + b"person-7" + b"." * 3 + b"person-7")
    (hit,) = sweep(tmp_path, "person-7").hits
    assert hit.times == 2


def test_it_says_how_much_it_looked_through(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / str(number)).write_bytes(b"x" * 10)
    (tmp_path / "link").symlink_to(tmp_path / "0")
    assert (sweep(tmp_path, "person-7").files, sweep(tmp_path, "person-7").bytes) == (3, 30)


def test_what_is_packed_otherwise_is_named(tmp_path: Path) -> None:
    (tmp_path / "old.zst").write_bytes(b"\x28\xb5\x2f\xfd....")
    (tmp_path / "lexical").mkdir()
    (tmp_path / "lexical" / "items.store").write_bytes(b"\x04\x22\x4d\x18....")  # a snapshot's index of items' words
    assert sweep(tmp_path, "person-7").unseen == ("old.zst (Zstandard)",)
