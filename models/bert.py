"""The forward pass of a BERT encoder in NumPy: the packaged model's vectors without PyTorch.

PyTorch takes 500 MB of a process, and seconds to import, for a handful of texts. Here the weights are a read-only map
of the model's file, which the system pages in as it is used. A folder of sentence-transformers that asks for more than
a plain BERT with mean pooling is left to that library: see `is_plain`.

Reference: Devlin et al. 2019, with the layer normalisation after each sum; Reimers and Gurevych 2019 for the pooling.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_info, threadpool_limits
from tokenizers import Tokenizer

from models.encoder import Vectors, unit
from models.tensor_file import open_tensors

_PLAIN: Final = {"model_type": "bert", "hidden_act": "gelu", "position_embedding_type": "absolute"}
_MODULES: Final = (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])
_FILES: Final = ("model.safetensors", "tokenizer.json", "config.json")
_MASKED: Final = np.finfo(np.float32).min
_ROWS_IN_CACHE: Final = 32
_ERF: Final = tuple(np.float32(a) for a in (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592))


def is_plain(folder: Path) -> bool:
    """Whether a model's folder holds just what `Bert` computes: float32 BERT, last layer averaged, no prompts."""
    if not all((folder / name).is_file() for name in _FILES):
        return False
    config, pooling = _json(folder, "config.json"), _json(folder, "1_Pooling/config.json")
    modules = [str(module["type"]).rsplit(".", 1)[-1] for module in _json(folder, "modules.json") or ()]
    pooled = [name for name, on in pooling.items() if name.startswith("pooling_mode_") and on is True]
    return (
        "model_type" in config
        and all(config.get(name, value) == value for name, value in _PLAIN.items())
        and modules in _MODULES
        and pooled == ["pooling_mode_mean_tokens"]
        and not _json(folder, "sentence_bert_config.json").get("do_lower_case")
        and not _json(folder, "config_sentence_transformers.json").get("default_prompt_name")
        and "embeddings.word_embeddings.weight" in open_tensors(folder / "model.safetensors")
    )


class Bert:
    """One model.

    Args:
        folder: for which `is_plain` holds.
    """

    def __init__(self, folder: Path) -> None:
        config = _json(folder, "config.json")
        self._weights = open_tensors(folder / "model.safetensors")
        self._layers, self._heads = int(config["num_hidden_layers"]), int(config["num_attention_heads"])
        self._epsilon = np.float32(config.get("layer_norm_eps", 1e-12))
        longest = _json(folder, "sentence_bert_config.json").get("max_seq_length")
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(
            min(longest or config["max_position_embeddings"], config["max_position_embeddings"])
        )

    def encode(self, texts: Sequence[str], batch_size: int) -> Vectors:
        """float32 [n, d], unit length; texts of like length share a batch, so that padding is small.

        Batches share out the threads that products of matrices may use, since what is between the products has one.
        """
        pieces = [np.array(each.ids) for each in self._tokenizer.encode_batch(list(texts))]
        order = np.argsort([-len(each) for each in pieces], kind="stable")
        batches = [order[start : start + batch_size] for start in range(0, len(order), batch_size)]
        vectors = self._shared_out([[pieces[place] for place in batch] for batch in batches])
        return unit(np.concatenate(vectors)[np.argsort(order)])

    def _shared_out(self, batches: Sequence[Sequence[NDArray[np.int64]]]) -> list[Vectors]:
        if len(batches) == 1:
            return [self._batch(batches[0])]
        with ThreadPoolExecutor(_threads()) as pool, threadpool_limits(1, "blas"):
            return list(pool.map(self._batch, batches))

    def _batch(self, texts: Sequence[NDArray[np.int64]]) -> Vectors:
        pieces = np.zeros((len(texts), max(map(len, texts))), dtype=np.int64)
        mask = np.arange(pieces.shape[1]) < np.array([len(each) for each in texts])[:, None]
        pieces[mask] = np.concatenate(texts)
        states = self._embedded(pieces)
        bias = np.where(mask, np.float32(0), _MASKED)[:, None, None, :]
        for layer in range(self._layers):
            states = self._layer(states, bias, f"encoder.layer.{layer}")
        weights = mask[:, :, None].astype(np.float32)
        states = states.reshape(*pieces.shape, -1)
        return np.asarray((states * weights).sum(axis=1) / weights.sum(axis=1), dtype=np.float32)

    def _embedded(self, pieces: NDArray[np.int64]) -> Vectors:
        words = self._weights["embeddings.word_embeddings.weight"][pieces]
        words += self._weights["embeddings.position_embeddings.weight"][: pieces.shape[1]]
        words += self._weights["embeddings.token_type_embeddings.weight"][0]
        return self._normalised(words.reshape(pieces.size, -1), "embeddings.LayerNorm")

    def _layer(self, states: Vectors, bias: NDArray[np.float32], name: str) -> Vectors:
        attended = self._linear(self._attended(states, bias, name), f"{name}.attention.output.dense")
        states = self._normalised(states + attended, f"{name}.attention.output.LayerNorm")
        hidden = self._linear(states, f"{name}.intermediate.dense")
        gelu(hidden)
        return self._normalised(states + self._linear(hidden, f"{name}.output.dense"), f"{name}.output.LayerNorm")

    def _attended(self, states: Vectors, bias: NDArray[np.float32], name: str) -> Vectors:
        texts, longest = bias.shape[0], bias.shape[-1]
        query, key, value = (
            self._linear(states, f"{name}.attention.self.{each}")
            .reshape(texts, longest, self._heads, -1)
            .transpose(0, 2, 1, 3)
            for each in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 1, 3, 2)
        scores *= np.float32(query.shape[-1] ** -0.5)
        scores += bias
        scores -= scores.max(axis=-1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=-1, keepdims=True)
        return np.asarray((scores @ value).transpose(0, 2, 1, 3).reshape(states.shape))

    def _linear(self, states: Vectors, name: str) -> Vectors:
        result = states @ self._weights[f"{name}.weight"].T
        result += self._weights[f"{name}.bias"]
        return result

    def _normalised(self, states: Vectors, name: str) -> Vectors:
        states = states - states.mean(axis=-1, keepdims=True)
        states /= np.sqrt(np.square(states).mean(axis=-1, keepdims=True) + self._epsilon)
        states *= self._weights[f"{name}.weight"]
        states += self._weights[f"{name}.bias"]
        return states


def gelu(values: Vectors) -> None:
    """x * Phi(x), in place; float32 [n, m], a few rows at a time, which stay in the processor's cache.

    Phi by formula 7.1.26 of Abramowitz and Stegun 1964, whose error is at most 1.5e-7: near float32's own rounding.
    """
    for start in range(0, len(values), _ROWS_IN_CACHE):
        x = values[start : start + _ROWS_IN_CACHE]
        z = np.abs(x) * np.float32(0.5**0.5)
        t = 1 / (1 + np.float32(0.3275911) * z)
        tail = _ERF[0] * t
        for coefficient in _ERF[1:]:
            tail += coefficient
            tail *= t
        tail *= np.exp(-np.square(z))
        x *= np.float32(0.5) * (1 + np.copysign(1 - tail, x))


def _threads() -> int:
    """As many as a product of matrices would use."""
    return max([1, *(int(library["num_threads"]) for library in threadpool_info() if library["user_api"] == "blas")])


def _json(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text(encoding="utf-8")) if (folder / name).is_file() else {}
