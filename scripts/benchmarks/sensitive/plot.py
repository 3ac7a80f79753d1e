"""The benchmark as a picture: operating curves, precision, recall and F1 of each topic, and the probe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from scripts.benchmarks.sensitive.curves import TopicResult
from scripts.benchmarks.sensitive.probe import ProbeResult

_MEASURES: Final = {"precision": "precision", "recall": "recall", "f1": "F1"}


def can_draw() -> bool:
    """Whether matplotlib is installed."""
    return find_spec("matplotlib") is not None


def draw(results: Mapping[str, Sequence[TopicResult]], probes: Mapping[str, ProbeResult], path: Path) -> None:
    """Two panels a topic, one line or bar a classifier, and one panel for the probe."""
    import matplotlib as mpl  # noqa: PLC0415 - an optional dependency

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415 - only after the backend was chosen

    topics = [each.topic for each in next(iter(results.values()))]
    columns = len(topics) + 1
    figure, panels = plt.subplots(2, columns, figsize=(3.0 * columns, 6.0), squeeze=False)
    for column, topic in enumerate(topics):
        found = {name: next(each for each in rows if each.topic == topic) for name, rows in results.items()}
        _curves(panels[0][column], found, topic)
        _bars(panels[1][column], found)
    panels[0][0].set_ylabel("recall")
    panels[0][-1].axis("off")
    panels[0][-1].legend(*panels[0][0].get_legend_handles_labels(), loc="center left", fontsize=8)
    _intervals(panels[1][-1], probes)
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _curves(panel: Any, found: Mapping[str, TopicResult], topic: str) -> None:
    """Recall against the share of harmless texts that are taken for the topic; a dot is the default threshold."""
    for name, result in found.items():
        (line,) = panel.plot(*zip(*result.curve, strict=True), label=name)
        panel.plot([result.false_positives], [result.recall], "o", color=line.get_color())
    panel.set(title=topic, xlabel="false positives", xlim=(0, 0.3), ylim=(0.5, 1.01))
    panel.grid(alpha=0.3)


def _bars(panel: Any, found: Mapping[str, TopicResult]) -> None:
    width = 0.8 / len(found)
    for place, result in enumerate(found.values()):
        heights = [getattr(result, measure) for measure in _MEASURES]
        panel.bar([x + place * width for x in range(len(_MEASURES))], heights, width)
    middle = width * (len(found) - 1) / 2
    panel.set_xticks([x + middle for x in range(len(_MEASURES))], list(_MEASURES.values()))
    panel.set_ylim(0, 1.01)
    panel.grid(axis="y", alpha=0.3)


def _intervals(panel: Any, probes: Mapping[str, ProbeResult]) -> None:
    for place, result in enumerate(probes.values()):
        reach = [[result.auc - result.low], [result.high - result.auc]]
        panel.errorbar([result.auc], [place], xerr=reach, fmt="o", capsize=4)
    panel.axvline(0.5, linestyle=":", color="gray")
    panel.set_yticks(range(len(probes)), [name.replace(", ", "\n") for name in probes], fontsize=7)
    panel.set(title="probe", xlabel="AUC (.5 is chance)", xlim=(0.4, 1.05))
    panel.margins(y=0.2)
