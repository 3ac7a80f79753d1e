"""What `penchant init` writes: settings, charter and mapping, from answers and from what is in the files."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from app.imports.found import Found
from app.imports.kinds import Kind
from app.policy.charter.charter import PACKAGED
from indexer.languages import canonical
from models.events import EventType
from models.universal_encoder import LANGUAGES, UNIVERSAL
from scripts.init.presets import What, preset_of
from scripts.init.toml_text import group

SETTINGS: Final = "penchant.toml"
CHARTER: Final = "charter.toml"
MAPPING: Final = "mapping.toml"
_OLD: Final = timedelta(days=180)
_ENGLISH: Final = "en"
_ALWAYS: Final = ("impression", "like", "dislike", "dismiss", "more_like_this", "less_like_this", "report")
_SCALES: Final = ((0.0, 1.0), (1.0, 5.0), (0.0, 5.0), (1.0, 10.0), (0.0, 10.0), (0.0, 100.0))
"""Scales of ratings, the commonest first."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Answers, and what is in the files.

    Attributes:
        name: of the service, as people know it.
        what: is recommended.
        found: the files.
        languages: of the items, as BCP 47 writes them.
        never: fields, entries and columns that must not be taken.
        unlearned: sensitive topics from which nothing is learned.
        now: the time.
    """

    name: str
    what: What
    found: Sequence[Found]
    languages: Sequence[str]
    never: frozenset[str]
    unlearned: Sequence[str]
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def of(self, kind: Kind) -> list[Found]:
        """The files of one kind."""
        return [each for each in self.found if each.file.kind is kind]

    @property
    def multilingual(self) -> bool:
        """Whether the packaged encoder does not read them all."""
        return any(_primary(language) != _ENGLISH for language in self.languages)

    @property
    def unread(self) -> list[str]:
        """The languages that no encoder from a package registry reads."""
        return [language for language in self.languages if _primary(language) not in LANGUAGES]

    @property
    def as_of(self) -> datetime | None:
        """The moment after the last event, where that is so long ago that hardly any would count."""
        newest = max((each.newest for each in self.found if each.newest), default=None)
        old = newest is not None and self.now - newest > _OLD
        return newest.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=1) if old and newest else None

    def settings(self) -> str:
        """The file of settings."""
        preset = preset_of(self.what)
        top = {"data_dir": "data", "charter": CHARTER, **({"mapping": MAPPING} if self.found else {})}
        parts = [group("", top, f"Settings of {self.name}. `penchant settings` lists all there are.")]
        if self.as_of:
            told = "The events are old: the clock stands still after the last, so that they count. Take this line out"
            parts.append(group("", {"as_of": self.as_of.isoformat()}, told, "before new events come."))
        if self.multilingual:
            parts.append(group("index", {"encoder": UNIVERSAL}, "It reads sixteen languages (docs/encoders.md)."))
        types = {name: {"type": kind} for each in self.of(Kind.ITEMS) for name, kind in each.attributes.items()}
        if types:
            parts.append(group("attributes", types, "What items can be filtered by: filter=price < 50"))
        begin = "Where such a service begins; `penchant tune` chooses by what your own people do."
        for place, (name, values) in enumerate(preset.settings.items()):
            parts.append(group(name, values, *([begin] if not place else [])))
        if scale := self._scale():
            rating = {"kind": "rating", "lowest": scale[0], "highest": scale[1], "required": True}
            parts.append(group("events.signals.rating", {"value": rating}, "The scale of the ratings in your files."))
        return "\n\n".join(parts) + "\n"

    def _scale(self) -> tuple[float, float] | None:
        """That of the ratings, where it is not the one that is built in."""
        given = [each.ratings for each in self.found if each.ratings]
        if not given:
            return None
        lowest, highest = min(low for low, _ in given), max(high for _, high in given)
        fit = next(((low, high) for low, high in _SCALES if low <= lowest and highest <= high), (lowest, highest))
        if fit == (0.0, 5.0) and lowest > 0:
            fit = (lowest, 5.0)
        return None if fit == (1.0, 5.0) else fit

    def charter(self) -> str:
        """The charter: the packaged one, as far as it is needed."""
        packaged = tomllib.loads(PACKAGED.read_text("utf-8"))
        preset = preset_of(self.what)
        told = {name: packaged[name] for name in ("personalised", "disclosure")}
        parts = [
            group(
                "",
                {"name": self.name, **told, "outcome": preset.outcome},
                "What is personalised, with which data and why: published at GET /transparency, and enforced. Read it,",
                "and say what is true of your service (docs/guides/charter.md).",
            ),
            group("controls", packaged["controls"]),
            group("events", dict(self._events(packaged["events"], preset.events))),
            *(group(name, packaged[name]) for name in ("seen", "served")),
            group("profile", {name: use for name, use in packaged["profile"].items() if name not in self.never}),
        ]
        if about := sorted({name for each in self.of(Kind.USERS) for name in each.about}):
            use = {"why": "It came with the files: say here what it is used for, or take the line out."}
            parts.append(group("attributes", dict.fromkeys(about, use)))
        if "context" not in self.never:
            parts.append(group("context", packaged["context"]))
        parts.append(group("item_attributes", self._item_attributes(packaged["item_attributes"]["*"])))
        if self.unlearned:
            topics = {name: {"mode": "recommend_only", "why": "Nothing is learned of it."} for name in self.unlearned}
            parts.append(group("sensitive", topics))
        return "\n\n".join(parts) + "\n"

    def _events(self, packaged: Mapping[str, Any], usual: Sequence[str]) -> Iterator[tuple[str, Any]]:
        """The types of the files, those that are usual, and those by which people steer."""
        wanted = {*_ALWAYS, *usual, *(kind for each in self.found for kind in each.types)} - self.never
        yield from ((name, packaged[name]) for name in map(str, EventType) if name in wanted)

    def _item_attributes(self, use: object) -> dict[str, object]:
        files = self.of(Kind.ITEMS)
        names = {name.partition(".")[2] for each in files for name in each.wishes.map if name.startswith("attributes.")}
        recognised = not files or any(each.file.source is not None for each in files)
        return {"*": use} if recognised else dict.fromkeys(sorted(names), use)

    def mapping(self) -> str:
        """The file of mappings."""
        parts = ["# What the columns of files become. Options of `penchant import` hold over it."]
        for kind in Kind:
            if files := self.of(kind):
                said = files[0].wishes.model_dump(exclude_defaults=True)
                parts += [group(kind.value, said)] if said else [f"# {kind}: read as what {source_of(files[0])} wrote"]
        return "\n\n".join(parts) + "\n"


def source_of(found: Found) -> str:
    """What wrote a file, in words."""
    return found.file.source.title if found.file.source else "somebody"


def _primary(language: str) -> str:
    return canonical(language).partition("-")[0]
