"""Which tags may stand in a label, whoever reads it: each is judged once a snapshot, when it is first asked for."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.serving.catalogue import Catalogue
from indexer.dates import is_date
from indexer.stop_terms import is_stop_term

Codes = NDArray[np.int32]
_UNJUDGED, _SENSITIVE, _WEAK, _GOOD = range(4)


class TagNames:
    """Judgements by tag code; a tag's never changes."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._judged = np.zeros(len(catalogue.tag_words), dtype=np.int8)

    def harmless(self, codes: Codes) -> NDArray[np.bool_]:
        """Bool [n]: whether each tag is on no sensitive topic that needs permission."""
        return np.asarray(self._judgements(codes) > _SENSITIVE)

    def good(self, codes: Codes) -> NDArray[np.bool_]:
        """Bool [n]: whether each tag is harmless and says something: no date, and not the name of nothing."""
        return np.asarray(self._judgements(codes) == _GOOD)

    def _judgements(self, codes: Codes) -> NDArray[np.int8]:
        missing = len(self._catalogue.tag_words) - len(self._judged)
        if missing:
            self._judged = np.concatenate([self._judged, np.zeros(missing, dtype=np.int8)])
        found = self._judged[codes]
        if not found.all():
            for code in codes[found == _UNJUDGED].tolist():
                self._judged[code] = self._judge(self._catalogue.tag_words.names[code])
            found = self._judged[codes]
        return found

    def _judge(self, name: str) -> int:
        bits = self._catalogue.sensitive_topics.bits_of_tags([name])
        if not self._catalogue.firewall.recommendable(bits, np.uint64(0)).all():
            return _SENSITIVE
        return _WEAK if is_date(name) or is_stop_term(name) else _GOOD
