"""Figures of several encoders as Markdown tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from scripts.benchmarks.encoders.measures import EncoderFigures


def report(figures: Mapping[str, EncoderFigures], english: Mapping[str, float]) -> str:
    """One table of totals and one by language; `english`, by encoder, where labelled texts were given."""
    return "\n".join([*_table(_totals(figures, english)), "", *_table(_languages(figures))])


def _totals(figures: Mapping[str, EncoderFigures], english: Mapping[str, float]) -> Iterator[Sequence[str]]:
    yield ["encoder", "dimension", "texts/s", "subject@10", "same language@10", *(["English @10"] if english else [])]
    for name, each in figures.items():
        labelled = [f"{english[name]:.3f}"] if english else []
        yield [
            f"`{name}`",
            str(each.dimension),
            f"{each.texts_per_second:.0f}",
            f"{each.subject:.3f}",
            f"{each.same_language:.3f}",
            *labelled,
        ]


def _languages(figures: Mapping[str, EncoderFigures]) -> Iterator[Sequence[str]]:
    yield ["language", *(f"{part}, `{name}`" for name in figures for part in ("unread", "translation", "subject"))]
    for language in next(iter(figures.values())).languages:
        cells = [language]
        for each in figures.values():
            own = each.languages[language]
            unread = "?" if own.unread is None else f"{own.unread:.0%}"
            cells += [unread, f"{own.translation:.2f}", f"{own.subject:.2f}"]
        yield cells


def _table(rows: Iterator[Sequence[str]]) -> Iterator[str]:
    for number, cells in enumerate(rows):
        yield f"| {' | '.join(cells)} |"
        if not number:
            yield f"|{'---|' * len(cells)}"
