"""Drawings of one row each, as SVG in line; the words beside them say the same."""

from __future__ import annotations


def interval_plot(value: float | None, interval: tuple[float | None, float | None], top: float, kind: str) -> str:
    """A value with its interval on an axis from 0.

    Args:
        value: the value.
        interval: lower and upper end.
        top: end of the axis, above 0.
        kind: the verdict, its colour.
    """
    marks = '<rect class="track" y="4.5" width="100" height="1"/>'
    low, high = interval
    if low is not None and high is not None:
        start, width = _at(low, top), max(_at(high, top) - _at(low, top), 0.4)
        marks += f'<rect class="range {kind}" x="{start:.2f}" y="3" width="{width:.2f}" height="4"/>'
    if value is not None:
        marks += f'<rect class="point {kind}" x="{min(_at(value, top), 99):.2f}" y="0" width="1" height="10"/>'
    return _svg(marks)


def shares_plot(upper: float | None, lower: float | None) -> str:
    """Two shares of a whole, one above the other."""
    bars = [("share", 0.5, upper), ("merit", 5.5, lower)]
    marks = "".join(
        f'<rect class="track" y="{y}" width="100" height="4"/>'
        f'<rect class="{kind}" y="{y}" width="{_at(share or 0.0, 1.0):.2f}" height="4"/>'
        for kind, y, share in bars
    )
    return _svg(marks)


def _at(value: float, top: float) -> float:
    return 100 * min(max(value / top, 0.0), 1.0)


def _svg(marks: str) -> str:
    return f'<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">{marks}</svg>'
