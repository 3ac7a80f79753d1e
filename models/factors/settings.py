"""Every number of factor learning, with its unit and meaning."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from models.config import Config


class Method(StrEnum):
    """How behaviour becomes vectors."""

    AUTO = "auto"
    """Exact up to `exact_items` items, spectral above."""

    EXACT = "exact"
    """Linear autoencoder over all pairs of items; memory and time grow with the square and cube of the items."""

    SPECTRAL = "spectral"
    """Leading directions of the normalised interactions; memory grows with the interactions."""


class ExactSettings(Config):
    """The exact solution: G = X'X + alpha E E' + lambda I, B = -inv(G) / diag(inv(G)) off the diagonal."""

    ridge: float = Field(default=300.0, gt=0)
    """Lambda, in interactions: how many users must agree before a relation between items is believed."""

    content_weight: float = Field(default=30.0, ge=0)
    """Alpha, in interactions: how many users the likeness of two identical contents is worth."""


class SpectralSettings(Config):
    """The spectral solution: Z = D_u^-a X D_i^-b, its leading directions, and the strongest entries of Z'Z."""

    user_exponent: float = Field(default=0.3, ge=0, le=1)
    """a, on the number of a user's items: 0 lets people with many items decide, 1 makes everybody's sum alike."""

    item_exponent: float = Field(default=0.4, ge=0, le=1)
    """b, on the number of an item's users: what popularity counts for while relations are learned."""

    popularity_exponent: float = Field(default=0.4, ge=0, le=1)
    """c, on the number of an item's users: how much of its popularity a recommended item gets back."""

    sharpness: float = Field(default=0.0, ge=0)
    """Power of the singular values on the directions: 0 takes all directions alike, more favours the leading ones."""

    iterations: int = Field(default=3, ge=1)
    """Passes over the interactions; more passes come closer to the leading directions."""

    longest_history: int = Field(default=500, ge=1)
    """Items: of a user with more, so many spread over the history are used for the neighbours."""

    neighbour_weight: float = Field(default=0.5, ge=0)
    """Weight of the co-occurrence neighbours beside the directions."""


class TransitionSettings(Config):
    """The directed term: "a, and then b"."""

    weight: float = Field(default=0.0, ge=0)
    """Of the directed term beside the undirected one; 0 switches it off."""

    decay: float = Field(default=0.6, gt=0, le=1)
    """Factor for each step between a and b."""

    window: int = Field(default=10, ge=1)
    """Steps between a and b at most."""


class FactorSettings(Config):
    """How item vectors are learned from interactions and content."""

    method: Method = Method.AUTO
    """exact, spectral, or whichever fits."""

    exact_items: int = Field(default=20_000, ge=0)
    """Items up to which the method `auto` is exact; it needs 4 bytes for each pair of items: 20,000 take 1.6 GB."""

    exact: ExactSettings = ExactSettings()
    spectral: SpectralSettings = SpectralSettings()
    transitions: TransitionSettings = TransitionSettings()

    rank: int = Field(default=256, ge=1)
    """Width of the behaviour block of an item vector."""

    neighbours: int = Field(default=20, ge=0)
    """Neighbours kept of each item beside its vector."""

    cold_ridge: float = Field(default=1.0, gt=0)
    """Lambda of the regression of content onto factors, in items, along the axis in which users differ most."""

    optimism: float = Field(default=1.5, gt=0, allow_inf_nan=False)
    """Factor on what content promises of a new item: 1 is what the average item keeps; measured in decision 9."""

    least_interactions: int = Field(default=300, ge=0)
    """Pairs of a user and an item below which the index stays purely content-based; measured in decision 9."""

    seed: int = Field(default=0, ge=0)
    """Of the randomised singular value decomposition."""
