"""JSON as people have it: lines, arrays, and objects around arrays."""

import gzip
import json

import pytest

from app.imports.kinds import Kind
from app.imports.opening import open_import
from app.imports.wishes import MappingFile, Wishes
from indexer.readers import InputFileError

ITEMS = [{"item_id": 1, "title": "One", "tags": ["a"]}, {"item_id": "2", "title": "Two", "colour": "red", "url": None}]
FIELDS = [{"item_id": 1, "title": "One", "tags": ["a"]}, {"item_id": "2", "title": "Two"}]


def found(path, kind=Kind.ITEMS, **wishes):
    return [row.value for row in open_import(path, kind, Wishes.model_validate(wishes))()]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", json.dumps(ITEMS)),
        ("[odd*name].json", json.dumps(ITEMS, indent=2)),
        ("lines.json", "\n".join(map(json.dumps, ITEMS))),
        ("a.ndjson", "\n".join(map(json.dumps, ITEMS))),
        ("a.jsonl", "\n\n".join(map(json.dumps, ITEMS))),
        ("object.json", json.dumps({"version": 1, "products": ITEMS}, indent=1)),
    ],
)
def test_every_form(tmp_path, name, content):
    (tmp_path / name).write_text(content)
    assert found(tmp_path / name) == FIELDS
    packed = tmp_path / f"{name}.gz"
    packed.write_bytes(gzip.compress(content.encode()))
    assert found(packed) == FIELDS


def test_columns_that_are_left_out_are_told(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(ITEMS))
    file = open_import(tmp_path / "a.json", Kind.ITEMS, Wishes())
    assert file.lines()[-1] == "left out: colour"


def test_a_field_that_only_later_rows_have_is_taken_all_the_same(tmp_path):
    rows = [{"item_id": str(n), "title": "t"} for n in range(150)] + [{"item_id": "x", "title": "t", "format": "film"}]
    (tmp_path / "a.ndjson").write_text("\n".join(map(json.dumps, rows)))
    assert found(tmp_path / "a.ndjson")[-1]["format"] == "film"


def test_values_inside_objects_by_their_path(tmp_path):
    row = {"who": {"id": "u"}, "what": {"sku": "i", "price": 3}, "did": "like"}
    (tmp_path / "a.ndjson").write_text(json.dumps(row))
    maps = {"user_id": ["who.id"], "item_id": ["what.sku"], "type": ["did"], "context.price": ["what.price"]}
    (event,) = found(tmp_path / "a.ndjson", Kind.EVENTS, map=maps)
    assert event | {"event_id": ""} == {
        "user_id": "u",
        "item_id": "i",
        "type": "like",
        "context": {"price": 3},
        "event_id": "",
    }


def test_damage_is_told(tmp_path):
    (tmp_path / "a.json").write_text('[{"item_id": "1", "title": "One"}, {"item_id"')
    with pytest.raises(InputFileError, match="cannot be read as a JSON array"):
        found(tmp_path / "a.json")
    (tmp_path / "b.json").write_text(" ")
    with pytest.raises(InputFileError, match="is empty"):
        found(tmp_path / "b.json")


def test_a_mapping_file(tmp_path):
    file = tmp_path / "mapping.toml"
    file.write_text('[events]\nmap = { user_id = ["who"] }\ntypes = { star = "save" }\ntime_unit = "ms"\n')
    kept = MappingFile.read(file).of(Kind.EVENTS)
    assert (kept.map, kept.types, kept.time_unit) == ({"user_id": ("who",)}, {"star": "save"}, "ms")
    file.write_text('[events]\ntime_unit = "hours"\n')
    with pytest.raises(InputFileError, match=r"events\.time_unit must be one of"):
        MappingFile.read(file)
