"""Which encoder a name stands for."""

from __future__ import annotations

from models.encoder import Encoder
from models.sentence_encoder import DeviceNotFoundError, SentenceTransformerEncoder
from models.universal_encoder import UNIVERSAL, UniversalEncoder


def open_encoder(source: str, device: str = "cpu", *, unread_from: float = 0.5) -> Encoder:
    """The encoder of a name, see `indexer.build.IndexSettings.encoder`.

    Args:
        source: `all-MiniLM-L6-v2`, `use-multilingual-v3`, a local folder, or a name on the model hub.
        device: where it runs; `use-multilingual-v3` knows the CPU only.
        unread_from: share of unknown letters from which a text has no vector.

    Raises:
        EncoderNotFoundError: there are no weights.
        PackageMissingError: the package that brings them is not installed.
        DeviceNotFoundError: there is no such device for it.
    """
    if source != UNIVERSAL:
        return SentenceTransformerEncoder(source, device, unread_from=unread_from)
    if device != "cpu":
        raise DeviceNotFoundError(f"the encoder {UNIVERSAL!r} runs on the CPU only, not on {device!r}")
    return UniversalEncoder(unread_from=unread_from)
