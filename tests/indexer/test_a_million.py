"""A million vectors on one machine, by night: recall under every filter, and what an item takes."""

import pytest
import typer

from scripts.benchmarks.ann.cases import filters_of
from scripts.benchmarks.ann.measure import measure
from scripts.benchmarks.ann.report import table
from scripts.benchmarks.ann.vectors import generated


@pytest.mark.nightly
def test_a_million_vectors_are_found_under_every_filter() -> None:
    sample = generated(1_000_000, 640, 30, seed=0)
    measured = measure(sample, filters_of(sample, seed=0), "penchant", k=60)
    typer.echo(table(sample.told, {"penchant": measured}, []))
    for case, figures in measured.cases.items():
        assert figures is not None, case
        assert figures.recall >= 0.98, case
    assert measured.bytes_an_item <= 1_500
