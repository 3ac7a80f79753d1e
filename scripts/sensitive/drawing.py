"""The operating curves as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from scripts.sensitive.curves import TopicResult


def can_draw() -> bool:
    """Whether matplotlib is installed."""
    return find_spec("matplotlib") is not None


def draw(results: Mapping[str, Sequence[TopicResult]], path: Path) -> None:
    """One panel a topic: recall against the share of harmless texts that are taken for it, one line a classifier."""
    import matplotlib as mpl  # noqa: PLC0415 - an optional dependency

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415 - only after the backend was chosen

    topics = [each.topic for each in next(iter(results.values()))]
    figure, panels = plt.subplots(1, len(topics), figsize=(3.2 * len(topics), 3.2), sharey=True, squeeze=False)
    for panel, topic in zip(panels[0], topics, strict=True):
        for name, found in results.items():
            one = next(each for each in found if each.topic == topic)
            (line,) = panel.plot(*zip(*one.curve, strict=True), label=name)
            panel.plot([one.false_positives], [one.recall], "o", color=line.get_color())
        panel.set(title=topic, xlabel="false positives", xlim=(0, 0.3), ylim=(0.5, 1.0))
        panel.grid(alpha=0.3)
    panels[0][0].set_ylabel("recall")
    panels[0][-1].legend(fontsize=7, loc="lower right")
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    plt.close(figure)
