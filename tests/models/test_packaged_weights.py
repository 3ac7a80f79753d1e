"""The installed encoder is the original, byte by byte."""

from hashlib import sha256

import pytest

from models.sentence_encoder import PACKAGED, resolve

ORIGINAL = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}


@pytest.mark.real_model
@pytest.mark.parametrize(("file", "digest"), ORIGINAL.items())
def test_packaged_files_are_those_of_the_original_model(file: str, digest: str) -> None:
    assert sha256((resolve(PACKAGED) / file).read_bytes()).hexdigest() == digest
