"""A run as a picture: memory and latency over time, with the faults."""

from __future__ import annotations

from pathlib import Path

from scripts.soak.run import Outcome


def draw(outcome: Outcome, file: Path) -> None:
    """Write the picture in the format that the file's name ends in."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - an extra, and slow to import

    answers = outcome.answers
    picture = Figure(figsize=(11, 6), layout="constrained")
    memory, latency = picture.subplots(2, 1, sharex=True)
    memory.plot([row[0] / 60 for row in outcome.memory], [row[1] for row in outcome.memory], ".", ms=2, color="#64748b")
    memory.set_ylabel("MiB resident")
    for failed, colour in ((False, "#64748b"), (True, "#c2410c")):
        rows = [row for row in answers.rows if (row.status == 0 or row.status >= 500) == failed]
        minutes = [(row.at - answers.began) / 60 for row in rows]
        label = "no answer, or 5xx" if failed else "answered"
        latency.plot(minutes, [row.seconds * 1e3 for row in rows], ".", ms=2, color=colour, label=label)
    latency.set(yscale="log", ylabel="milliseconds", xlabel="minutes")
    latency.legend(loc="upper right")
    for window in answers.windows:
        begin, end = ((moment - answers.began) / 60 for moment in (window.begin, window.end))
        for axes in (memory, latency):
            axes.axvspan(begin, end, color="#fdba74", alpha=0.4, lw=0)
        memory.annotate(window.fault, (begin, 1.0), xycoords=("data", "axes fraction"), rotation=60, fontsize=6)
    picture.savefig(file, dpi=150)
