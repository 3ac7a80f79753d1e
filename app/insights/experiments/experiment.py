"""An experiment: variants, which name policies, and when it runs. It is never changed; another one is begun instead."""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from models.assignment import place, variant_of
from models.config import Config

EVEN: Final = 1e-6
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]


class Variant(Config):
    """What some of the people get."""

    name: Name
    """By which figures are told apart."""

    share: float = Field(default=0.5, gt=0, lt=1)
    """Of the people of the experiment."""

    policy: str | None = None
    """Id of the policy that answers, on whichever snapshot is in service; none: the one in force."""

    personalized: bool = True
    """Off for a holdout: answers as for somebody of whom nothing is learned, with what they muted or dismissed left out
    all the same."""


class Plan(Config):
    """What an experiment is to be."""

    kind: Literal["split", "interleaved"] = "split"
    """`split`: each person gets one variant. `interleaved`: each answer is drafted from the slates of both, in turns,
    and what people choose says which they prefer; it takes far fewer people, and tells nothing but that."""

    variants: tuple[Variant, ...] = Field(min_length=2, max_length=10)
    """The first one is the control, with which the others are compared."""

    people: float = Field(default=1.0, gt=0, le=1)
    """Share of all people who take part; others get what is in force. Who takes part in one experiment takes part in no
    other that was begun later."""

    best_at: float = Field(default=20_000.0, ge=100, allow_inf_nan=False)
    """Days of people (a person who was first served ten days ago counts ten) at which intervals are to be narrowest.
    They hold at every look, whatever this is."""

    why: str = Field(default="", max_length=500)
    """What is to be found out."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if abs(sum(each.share for each in self.variants) - 1.0) > EVEN:
            raise ValueError("the shares of the variants must sum to 1")
        if len({each.name for each in self.variants}) < len(self.variants):
            raise ValueError("each variant needs a name of its own")
        if self.kind == "interleaved":
            self._check_drafted()
        return self

    def _check_drafted(self) -> None:
        if len(self.variants) != 2 or any(abs(each.share - 0.5) > EVEN for each in self.variants):
            raise ValueError("two variants are interleaved, of equal shares: both are in every answer")
        if not all(each.personalized for each in self.variants):
            raise ValueError("a holdout cannot be interleaved: some people get it, and others do not")


class Experiment(Plan):
    """A plan under a name, and what became of it."""

    name: Name
    salt: str
    """Of the hash by which people are assigned."""
    made_at: AwareDatetime
    made_by: str
    """Id of an operator's key; else `configuration` or `keyless`."""
    started_at: AwareDatetime | None = None
    stopped_at: AwareDatetime | None = None
    events_before: int = -1
    """Number of the last event that was stored before the start; what was before counts nowhere."""
    controls_before: int = -1
    """The same of what people decided."""

    @property
    def running(self) -> bool:
        """Whether people are assigned now."""
        return self.started_at is not None and self.stopped_at is None

    def takes_part(self, user_id: str) -> bool:
        """Whether a person is among those who take part."""
        return place(user_id, f"people of {self.salt}") < self.people

    def variant(self, user_id: str) -> Variant | None:
        """What a person gets; None for who does not take part."""
        if not self.takes_part(user_id):
            return None
        return self.variants[variant_of(user_id, self.salt, [each.share for each in self.variants])]
