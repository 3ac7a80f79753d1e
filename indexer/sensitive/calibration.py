"""The calibration of heads from phrases: what turns a contrast into a probability, for one encoder and one taxonomy."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from json import dumps
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from indexer.problems import problems
from indexer.sensitive.background import Usual

PACKAGED: Final = Path(__file__).parent / "calibration.toml"
_HEADING: Final = """\
# Log-odds = slope * contrast + bias of the topic, less brevity for short texts. `centre` is the median contrast of
# harmless texts. Written by `penchant calibrate-sensitive`; docs/benchmarks/sensitive.md says on which texts.
"""


class CalibrationError(ValueError):
    """The calibration cannot be read, or says what cannot be."""


class Calibration(BaseModel):
    """What turns a contrast into a probability."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    encoder: str
    """Fingerprint of the encoder for which it holds."""

    slope: float
    """Of every topic."""

    brevity: float
    """Log-odds that are taken from a text without a word, see `TopicHeads`."""

    spread: float
    """Standard deviation of harmless texts' contrasts."""

    default_centre: float
    """Median contrast of harmless texts, for topics that are not named."""

    default_bias: float
    """The same of the bias."""

    centre: dict[str, float] = Field(default_factory=dict)
    """Sensitive topic -> median contrast of harmless texts."""

    bias: dict[str, float] = Field(default_factory=dict)
    """Sensitive topic -> bias."""

    taught: dict[str, float] = Field(default_factory=dict)
    """Sensitive topic -> what is added to the bias where the catalogue taught its head."""

    def usual(self, names: Sequence[str]) -> Usual:
        """What the heads of these topics are fitted by."""
        centres = {name: self.centre.get(name, self.default_centre) for name in names}
        return Usual(centres, self.spread, self.taught)

    def toml(self) -> str:
        """As a file that `load_calibration` reads, numbers to three decimals."""
        values = self.model_dump()
        tables = {name: values.pop(name) for name in ("centre", "bias", "taught")}
        parts = [_HEADING, _lines(values), *(f"[{name}]\n{_lines(table)}" for name, table in tables.items())]
        return "\n".join(parts)


def load_calibration(path: Path | None = None) -> Calibration:
    """The calibration of a file; without one, the packaged encoder's.

    Raises:
        CalibrationError: the file is missing, is no TOML, or says what cannot be.
    """
    place = path or PACKAGED
    try:
        return Calibration.model_validate(tomllib.loads(place.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise CalibrationError(f"{place}: {'; '.join(str(each) for each in problems(error))}") from error
    except (OSError, ValueError) as error:
        raise CalibrationError(f"{place}: {error}") from error


def _lines(values: dict[str, Any]) -> str:
    said = {name: dumps(value) if isinstance(value, str) else f"{value:.3f}" for name, value in values.items()}
    return "".join(f"{dumps(name)} = {value}\n" for name, value in said.items())
