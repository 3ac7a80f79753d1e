"""The packaged model in NumPy gives the vectors of sentence-transformers, and takes no folder that it cannot."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.special import erf

from models.bert import Bert, gelu, is_plain
from models.sentence_encoder import PACKAGED, SentenceTransformerEncoder, resolve
from models.tensor_file import open_tensors

TEXTS = [
    "robots in space",
    "x",
    "Łódź, naïve café: 1,234.5 °C!",
    "東京 and Tokyo",
    "Soup.\n\n" + "Boil the leeks, and stir. " * 12,
    "A text that is longer than the model reads: " + "one word and another, " * 120,
    "   surrounded by white space   ",
    *(f"Chapter {n}: {subject}" for n in range(4) for subject in ("the sea", "law of contracts", "bread and butter")),
]


@pytest.mark.real_model
def test_vectors_are_those_of_sentence_transformers() -> None:
    encoder = SentenceTransformerEncoder(batch_size=8)
    ours, theirs = encoder.encode(TEXTS), encoder.model.encode(TEXTS, batch_size=8, show_progress_bar=False)
    assert abs(ours - theirs).max() < 1e-6
    np.testing.assert_array_equal(np.argsort(-(ours @ ours.T), axis=1)[:, :5], np.argsort(-(theirs @ theirs.T))[:, :5])


@pytest.mark.real_model
def test_a_vector_does_not_depend_on_the_texts_beside_it() -> None:
    bert = Bert(resolve(PACKAGED))
    alone = np.concatenate([bert.encode([text], 1) for text in TEXTS])
    assert abs(alone - bert.encode(TEXTS, 4)).max() < 1e-6


@pytest.mark.real_model
def test_a_service_and_a_text_need_no_pytorch() -> None:
    unwanted = ("torch", "transformers", "sentence_transformers", "scipy.optimize")
    program = f"""
import sys, app.server, scripts.demo.command
from models.encoders import open_encoder
assert open_encoder("all-MiniLM-L6-v2").encode(["a text"]).any()
sys.exit(", ".join(name for name in {unwanted} if name in sys.modules) or 0)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_activation_is_the_exact_one() -> None:
    values = np.linspace(-8, 8, 4_001, dtype=np.float32)
    activated = values.copy()[:, None]
    gelu(activated)
    exact = values.astype(np.float64) * 0.5 * (1 + erf(values.astype(np.float64) / np.sqrt(2)))
    assert abs(activated[:, 0] - exact).max() < 1e-6


@pytest.mark.parametrize(
    ("file", "field", "value"),
    [
        ("config.json", "hidden_act", "relu"),
        ("config.json", "model_type", "xlm-roberta"),
        ("1_Pooling/config.json", "pooling_mode_cls_token", True),
        ("sentence_bert_config.json", "do_lower_case", True),
        ("config_sentence_transformers.json", "default_prompt_name", "query"),
    ],
)
def test_what_is_no_plain_bert_is_left_to_sentence_transformers(tmp_path: Path, file, field, value) -> None:
    folder = tmp_path / "model"
    shutil.copytree(resolve(PACKAGED), folder, ignore=shutil.ignore_patterns("*.safetensors"))
    (folder / "model.safetensors").symlink_to(resolve(PACKAGED) / "model.safetensors")
    assert is_plain(folder)
    (folder / file).write_text(json.dumps(json.loads((folder / file).read_text()) | {field: value}))
    assert not is_plain(folder)


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "weights").write_bytes(b"PK\x03\x04 this is an archive")
    with pytest.raises(ValueError, match="is no safetensors file"):
        open_tensors(tmp_path / "weights")
