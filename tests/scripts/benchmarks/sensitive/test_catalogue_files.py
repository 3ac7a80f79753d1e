"""Catalogues without labels: read as people have them, judged as a build judges, and told item by item."""

import gzip
import json

import pytest

from indexer.embeddings import EmbeddingCache
from indexer.progress import silent
from indexer.sensitive.calibration import Calibration
from indexer.sensitive.classifier import from_phrases
from indexer.sensitive.settings import SensitiveSettings
from indexer.sensitive.taxonomy import load_taxonomy
from models.encoder import HashingEncoder
from scripts.benchmarks.sensitive.catalogue_files import judge, read_catalogue
from scripts.benchmarks.sensitive.labelled_texts import LabelledFileError

ENCODER = HashingEncoder(64)


def heads():
    usual = {"encoder": ENCODER.fingerprint, "slope": 1.0, "brevity": 1.0, "spread": 0.5}
    return from_phrases(load_taxonomy(), ENCODER, 12.0, Calibration(**usual, default_centre=0.0, default_bias=-9.0))


def test_tables_and_lines_are_read_alike(tmp_path):
    rows = [("Pan", "A frying pan.", ["kitchen", "steel"]), ("Rum", "", [])]
    (tmp_path / "a.csv").write_text('sku,name,description,tags\n1,Pan,A frying pan.,"kitchen, steel"\n2,Rum,,\n3,,,\n')
    lines = "".join(json.dumps({"title": a, "text": b, "tags": c}) + "\n" for a, b, c in rows)
    (tmp_path / "a.ndjson.gz").write_bytes(gzip.compress(lines.encode()))
    for name in ("a.csv", "a.ndjson.gz"):
        assert [(item.title, item.text, item.tags) for item in read_catalogue(tmp_path / name)] == rows


def test_what_is_withheld_is_told_item_by_item(tmp_path):
    rows = [{"title": "A wine"}, {"title": "Red wine", "tags": ["wine"]}, {"title": "Chips", "tags": ["casino"]}]
    rows.append({"title": "Cards", "tags": ["casino"], "sensitive_topics": []})
    (tmp_path / "shop.ndjson").write_text("\n".join(map(json.dumps, rows)))
    encoding = (ENCODER, EmbeddingCache(tmp_path))
    judged = judge(tmp_path / "shop.ndjson", heads(), encoding, SensitiveSettings(), silent)
    assert (judged.share("certain"), judged.share("certain", "suspected")) == (0.25, 0.5)
    head, *listed = judged.told()
    assert "withheld at the default 25.00%, with every topic turned on 50.00%, by the classifier 0.00%" in head
    assert {line.split()[-1] for line in listed} == {"wine", "Chips"}


@pytest.mark.parametrize("text", ["[1]\n", "{\n", '{"title": 3}\n'])
def test_what_is_no_catalogue_is_named(tmp_path, text):
    (tmp_path / "bad.ndjson").write_text(text)
    with pytest.raises(LabelledFileError, match=r"bad\.ndjson"):
        read_catalogue(tmp_path / "bad.ndjson")
