"""The audit of one quarter: from what people did to verdicts, as a value that is the same for the same inputs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from app.insights.equity.comparison import Cell, Comparison
from app.insights.equity.exposure import MOST_GROUPS, ItemGroup, item_groups
from app.insights.equity.groups import Groups
from app.insights.equity.measures import MEASURES, Measure
from app.insights.equity.population import Amounts, Population
from app.insights.equity.quarter import Quarter
from app.insights.equity.settings import AuditSettings
from app.policy.charter.charter import Charter
from models.statistics import Disparity

FORMAT: Final = 2
"""Of the report: another number where the same inputs make another report."""
_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class ItemAmounts:
    """Exposure or merit, with the group of each amount's item by each kind of group.

    Attributes:
        amounts: by person and item.
        groups: kind -> int64 [n], position in that kind's names, -1 where the item has none.
    """

    amounts: Amounts
    groups: Mapping[str, NDArray[np.int64]]


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that an audit rests on.

    Attributes:
        quarter: which.
        population: who was here, with every measure.
        groupings: one for each attribute that the charter permits.
        exposure: attention by person and item.
        merit: what was taken up, by person and item.
        item_groups: kind of group -> names.
        experiments: that ran in the quarter, JSON-ready.
    """

    quarter: Quarter
    population: Population
    groupings: Sequence[Groups]
    exposure: ItemAmounts
    merit: ItemAmounts
    item_groups: Mapping[str, Sequence[str]]
    experiments: Sequence[Mapping[str, Any]] = ()

    def digest(self, charter: Charter, settings: AuditSettings) -> str:
        """SHA-256 of everything that the report depends on."""
        digest = sha256(orjson.dumps([FORMAT, str(self.quarter), settings.model_dump(mode="json")]))
        digest.update(charter.model_dump_json(include={"segments", "equity"}).encode())
        digest.update(self.population.digest().encode() + orjson.dumps(list(self.experiments)))
        for side in (self.exposure, self.merit):
            digest.update(side.amounts.people.tobytes() + side.amounts.amounts.tobytes())
            for kind, groups in sorted(side.groups.items()):
                digest.update(repr([kind, list(self.item_groups[kind])]).encode() + groups.tobytes())
        return digest.hexdigest()


def audited(inputs: Inputs, charter: Charter, settings: AuditSettings) -> dict[str, Any]:
    """The report, JSON-ready; what is not known is null.

    Args:
        inputs: what it rests on.
        charter: says which attributes, which thresholds, and the smallest group.
        settings: how it computes.
    """
    rules, digest = charter.equity, inputs.digest(charter, settings)
    judged = _judged(inputs, charter)
    attributes = [_attribute(groups, inputs, charter, (settings, judged)) for groups in inputs.groupings]
    items = [_items(kind, inputs, charter, (settings, judged)) for kind in inputs.item_groups]
    report = {
        "audit_id": f"{inputs.quarter}-{digest[:12]}",
        "format": FORMAT,
        "quarter": str(inputs.quarter),
        "from": inputs.quarter.first.isoformat(),
        "until": inputs.quarter.end.isoformat(),
        "inputs_sha256": digest,
        "minimum_group": rules.minimum_group,
        "level": 0.95,
        "comparisons": judged,
        **settings.model_dump(mode="json"),
        "experiments": list(inputs.experiments),
        "attributes": attributes,
        "items": [each for each in items if each["groups"]],
    }
    verdicts = list(_verdicts(report))
    counts = {verdict: sum(each["verdict"] == verdict for each in verdicts) for verdict in _VERDICTS}
    return report | {"verdicts": counts, "missed": [each for each in verdicts if each["verdict"] == "missed"]}


_VERDICTS: Final = ("met", "missed", "unclear", "unknown")


def _judged(inputs: Inputs, charter: Charter) -> int:
    groups = sum(len(each.names) for each in inputs.groupings)
    told = sum(min(len(names), MOST_GROUPS + 1) for names in inputs.item_groups.values())
    items = told if charter.equity.exposure else 0
    return max(1, groups * len(charter.equity.thresholds) + items)


def _attribute(groups: Groups, inputs: Inputs, charter: Charter, how: tuple[AuditSettings, int]) -> dict[str, Any]:
    settings, judged = how
    comparison = Comparison(groups, inputs.population.sums, settings)
    minimum = charter.equity.minimum_group
    return {
        "attribute": groups.attribute,
        "why": charter.segments[groups.attribute].why,
        "groups": [{"group": name, "people": size} for name, size in zip(groups.names, groups.sizes(), strict=True)],
        "suppressed_groups": groups.suppressed,
        "measures": [
            _measure(measure, groups, comparison.cells(measure, minimum, judged), charter) for measure in MEASURES
        ],
    }


def _measure(measure: Measure, groups: Groups, cells: Mapping[int, Cell], charter: Charter) -> dict[str, Any]:
    threshold = charter.equity.thresholds.get(measure.name)
    values = [cell.observed.share for cell in cells.values()]
    return {
        "measure": measure.name,
        "title": measure.title,
        "says": measure.says,
        "more_is_better": measure.more_is_better,
        "threshold": threshold,
        "least_by_most": _number(min(values) / max(values) if len(values) > 1 and max(values) > 0 else math.nan),
        "groups": [_cell(name, cells.get(at), measure, threshold) for at, name in enumerate(groups.names)],
    }


def _cell(name: str, cell: Cell | None, measure: Measure, threshold: float | None) -> dict[str, Any]:
    if cell is None:
        return {"group": name, "people": None, "verdict": "unknown" if threshold else None}
    return {
        "group": name,
        "people": cell.observed.people,
        "value": _number(cell.observed.share),
        "interval": _numbers(cell.interval),
        **_ratio(cell.disparity, threshold, more_is_better=measure.more_is_better),
    }


def _items(kind: str, inputs: Inputs, charter: Charter, how: tuple[AuditSettings, int]) -> dict[str, Any]:
    settings, judged = how
    both = [(side.amounts, side.groups[kind]) for side in (inputs.exposure, inputs.merit)]
    found = item_groups(both[0], both[1], inputs.item_groups[kind], settings, judged)
    threshold = charter.equity.exposure
    return {"kind": kind, "threshold": threshold, "groups": [_item_group(each, threshold) for each in found]}


def _item_group(group: ItemGroup, threshold: float | None) -> dict[str, Any]:
    return {
        "group": group.name,
        "exposure": _number(group.exposure),
        "exposure_interval": _numbers(group.exposed),
        "merit": _number(group.merit),
        **_ratio(group.disparity, threshold, more_is_better=True),
    }


def _ratio(found: Disparity, threshold: float | None, *, more_is_better: bool) -> dict[str, Any]:
    return {
        "ratio": _number(found.ratio),
        "ratio_interval": _numbers(found.interval),
        "verdict": found.verdict(threshold, more_is_better=more_is_better) if threshold else None,
    }


def _verdicts(report: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every verdict with what it is about."""
    for attribute in report["attributes"]:
        for measure in attribute["measures"]:
            for cell in measure["groups"]:
                if cell["verdict"]:
                    about = {"attribute": attribute["attribute"], "measure": measure["measure"]}
                    yield about | {"group": cell["group"], "ratio": cell.get("ratio"), "verdict": cell["verdict"]}
    for items in report["items"]:
        for group in items["groups"]:
            if group["verdict"]:
                about = {"attribute": items["kind"], "measure": "exposure"}
                yield about | {"group": group["group"], "ratio": group["ratio"], "verdict": group["verdict"]}


def _number(value: float) -> float | None:
    return round(float(value), _DIGITS) if math.isfinite(value) else None


def _numbers(values: NDArray[np.float64]) -> list[float | None]:
    return [_number(each) for each in values.tolist()]
