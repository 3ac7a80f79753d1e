"""What a person states, as a vector: texts in their own words, and tags and topics that the catalogue has.

Texts are encoded, which takes its time: who needs a vector asks for the texts, has them encoded elsewhere, all at once
for many people, and hands the vectors in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from app.serving.catalogue import Catalogue
from app.serving.embedder import Embedder
from app.serving.people import People
from app.serving.person import StatedVectors
from indexer.documents import UserDocument
from models.encoder import unit
from models.readable import has_vector, with_own_directions

Vector = NDArray[np.float32]
Encoded = Mapping[str, Vector]
"""Content vectors of texts, float32 [content_dimension] each."""

_AT_ONCE = 10_000


def stated_texts(catalogue: Catalogue, explicit: UserDocument | None) -> list[str]:
    """The texts of a profile that have to be encoded: goals, and tags that the catalogue does not know."""
    return [] if explicit is None else [*explicit.goals, *_new_tags(catalogue, explicit)]


def stated_vectors(catalogue: Catalogue, explicit: UserDocument | None, encoded: Encoded) -> StatedVectors | None:
    """The vectors of an explicit profile; None where it says nothing of the content wanted.

    Vector X is the mean of the unit vectors of its goals and tags and of the centroids of its topics. A goal that the
    encoder cannot read says nothing; a tag that it cannot read is the same tag all the same.

    Args:
        catalogue: of the vector space.
        explicit: the profile.
        encoded: at least its `stated_texts`.
    """
    if explicit is None:
        return None
    codes = [catalogue.tag_words.code(tag) for tag in explicit.preferences.tags]
    known = np.array([code for code in codes if code >= 0], dtype=np.int32)
    new, topics = _new_tags(catalogue, explicit), catalogue.subjects.named(explicit.preferences.topics)
    parts = [catalogue.tag_vectors[known], unit(catalogue.topic_centroids[topics])]
    texts = [np.stack([encoded[goal] for goal in explicit.goals])] if explicit.goals else []
    texts += [with_own_directions(new, np.stack([encoded[tag] for tag in new]))] if new else []
    together = np.concatenate([*parts, *texts])
    if not together.any():
        return None
    profile = np.asarray(catalogue.space.engage_of(unit(together.mean(axis=0, keepdims=True)))[0])
    said = np.concatenate([*texts, np.empty((0, together.shape[1]), dtype=np.float32)])
    unread = tuple(goal for goal in explicit.goals if not encoded[goal].any())
    return StatedVectors(profile, said[has_vector(said)], unread)


def _new_tags(catalogue: Catalogue, explicit: UserDocument) -> list[str]:
    return [tag for tag in explicit.preferences.tags if catalogue.tag_words.code(tag) < 0]


def encode_stated(catalogue: Catalogue, people: People, embedder: Embedder) -> None:
    """Give everybody the vectors of what they state. Blocks: call it in a thread."""
    for some in _batches(people.profiles()):
        texts = sorted({text for _, explicit in some for text in stated_texts(catalogue, explicit)})
        encoded = dict(zip(texts, embedder.embed_now(texts), strict=True)) if texts else {}
        for user_id, explicit in some:
            people.put_stated(user_id, stated_vectors(catalogue, explicit, encoded))


def _batches(profiles: Iterator[tuple[str, UserDocument]]) -> Iterator[list[tuple[str, UserDocument]]]:
    while some := list(islice(profiles, _AT_ONCE)):
        yield some
