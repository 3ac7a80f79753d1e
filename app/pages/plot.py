"""Plots as SVG without styles or scripts of their own: `css/plot.css` colours them, in light and in dark.

docs/decisions/0028-pages.md says why they are drawn here and not in the browser.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Annotated, Any, Final, Literal
from xml.etree.ElementTree import Element, tostring

import pygal
from pydantic import BaseModel, ConfigDict, Field, model_validator

MAX_POINTS: Final = 5_000
"""Points of all series together."""
_SVG: Final = "{http://www.w3.org/2000/svg}"
_LEFT_OUT: Final = frozenset({"comment", "defs", "script", "style", "title"})
_KINDS: Final = {"line": pygal.Line, "bar": pygal.Bar, "stacked": pygal.StackedBar, "scatter": pygal.XY}

# The library looks for its own extensions at every import that fails, in a way that Python 3.12 no longer knows.
sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != pygal.__name__]

Text = Annotated[str, Field(max_length=300)]
Number = Annotated[float, Field(allow_inf_nan=False)]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True)


class Point(_Asked):
    """A point of a scatter plot."""

    x: Number
    """From the left."""

    y: Number
    """From below."""

    label: Text = ""
    """What it is, told where the pointer rests on it."""

    size: Annotated[float, Field(gt=0, le=50)] = 3.0
    """Its radius."""


class Series(_Asked):
    """Values that belong together."""

    name: Text
    """As the legend has it."""

    values: list[Number | None] = Field(default_factory=list, max_length=MAX_POINTS)
    """One for each label of the x axis; null where there is none."""

    points: list[Point] = Field(default_factory=list, max_length=MAX_POINTS)
    """Of a scatter plot."""


class PlotRequest(_Asked):
    """What is to be drawn."""

    kind: Literal["line", "bar", "stacked", "scatter"]
    """What of; `stacked` bars sum up."""

    title: Text
    """What the plot shows, for those who do not see it."""

    labels: list[Text] = Field(default_factory=list, max_length=MAX_POINTS)
    """Of the x axis."""

    series: Annotated[list[Series], Field(min_length=1, max_length=40)]
    """What is drawn."""

    unit: Literal["number", "percent"] = "number"
    """Of the values."""

    width: Annotated[int, Field(ge=200, le=2_000)] = 720
    """Of the drawing, which its place may scale."""

    height: Annotated[int, Field(ge=100, le=2_000)] = 260
    """In the same units."""

    @property
    def size(self) -> int:
        """Points of all series together, by which the time it takes goes."""
        return sum(len(each.values) + len(each.points) for each in self.series)

    @model_validator(mode="after")
    def _not_too_much(self) -> PlotRequest:
        if self.size > MAX_POINTS:
            raise ValueError(f"has more than {MAX_POINTS} points in all series together")
        return self


def draw(request: PlotRequest) -> bytes:
    """The SVG; 20 ms for a month of two series, half a second for 2,000 points."""
    chart = _KINDS[request.kind](**_options(request))
    chart.x_labels = request.labels or None
    for each in request.series:
        chart.add(each.name, list(_values(request.kind, each)))
    root = chart.render_tree()
    _strip(root)
    root.set("role", "img")
    root.set("aria-label", request.title)
    svg: bytes = tostring(root)
    return svg


def _options(request: PlotRequest) -> dict[str, Any]:
    most = max(1, request.width // 90)
    shown = _percent if request.unit == "percent" else _number
    options: dict[str, Any] = {
        "width": request.width,
        "height": request.height,
        "css": [],
        "js": [],
        "no_prefix": True,
        "show_legend": len(request.series) > 1,
        "legend_at_bottom": True,
        "dots_size": 2.5,
        "margin": 8,
        "formatter": shown,
        "value_formatter": shown,
        "truncate_label": -1,
        "truncate_legend": -1,
        "max_scale": 6,
    }
    if len(request.labels) > most:
        every = -(-len(request.labels) // most)
        options |= {"x_labels_major": request.labels[::every], "show_minor_x_labels": False}
    return options | ({"stroke": False, "show_x_guides": True} if request.kind == "scatter" else {})


def _percent(value: Any) -> str:
    return ", ".join(map(_percent, value)) if isinstance(value, list | tuple) else f"{100 * value:.3g} %"


def _number(value: Any) -> str:
    return ", ".join(map(_number, value)) if isinstance(value, list | tuple) else f"{value:,.4g}"


def _values(kind: str, series: Series) -> Iterable[Any]:
    if kind != "scatter":
        return series.values
    return ({"value": (each.x, each.y), "label": each.label, "node": {"r": f"{each.size:g}"}} for each in series.points)


def _strip(root: Element) -> None:
    """Take out what the page's policy forbids, styles and scripts, and what speaks of the library."""
    root.attrib.pop("id", None)
    for parent in list(root.iter()):
        for child in list(parent):
            named = child.tag.removeprefix(_SVG) if isinstance(child.tag, str) else "comment"
            if named in _LEFT_OUT or "style" in child.attrib:
                parent.remove(child)
