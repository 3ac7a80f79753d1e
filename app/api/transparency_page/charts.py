"""Small drawings: bars, and how a thing fades. Each says in words beside it what it shows."""

from __future__ import annotations

from html import escape
from typing import Final

_STEPS: Final = 26
_YEAR_DAYS: Final = 365


def gauge(share: float, said: str, *, kind: str = "more") -> str:
    """A bar that is full at a share of 1, with its value in words.

    Args:
        share: between 0 and 1; what lies outside is cut.
        said: the value, as text.
        kind: `more` or `less`, its colour.
    """
    width = f"{100 * min(max(share, 0.0), 1.0):.1f}"
    bar = (
        '<svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="track" width="100" height="8"/><rect class="{kind}" width="{width}" height="8"/></svg>'
    )
    return f'<div class="gauge">{bar}<span>{escape(said)}</span></div>'


def fading(half_life_days: float) -> str:
    """A year from left to right: bars as high as what has this half-life still counts."""
    wide = 100 / _STEPS
    heights = [2 ** (-_YEAR_DAYS * step / _STEPS / half_life_days) for step in range(_STEPS)]
    bars = "".join(
        f'<rect class="more" x="{step * wide:.2f}" y="{30 * (1 - height):.2f}" width="{0.7 * wide:.2f}" '
        f'height="{30 * height:.2f}"/>'
        for step, height in enumerate(heights)
    )
    return f'<svg class="fade" viewBox="0 0 100 30" preserveAspectRatio="none" aria-hidden="true">{bars}</svg>'
