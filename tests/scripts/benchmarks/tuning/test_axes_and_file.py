import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.settings import Settings, load_settings
from scripts.benchmarks.recall.penchant.configuration import configured, value_of
from scripts.benchmarks.tuning.axes import axes_of
from scripts.benchmarks.tuning.tuned_file import to_toml, write
from tests.scripts.benchmarks.tuning import worlds


def test_every_axis_is_a_setting_and_begins_with_its_default() -> None:
    log = worlds.log_of(worlds.drifting)
    log.weights[::3] = -1
    for items in (1_000, 1_000_000):
        axes = axes_of(Settings(), items, log)
        for name, values in axes.items():
            assert values[0] == value_of(Settings(), name)
            assert len(values) == len(set(values)) > 1
            for value in values:
                valid = configured(Settings(), {name: value})
                assert Settings.model_validate(valid.model_dump()) == valid


def test_the_method_decides_what_there_is_to_choose() -> None:
    log = worlds.log_of(worlds.drifting)
    exact, spectral = (" ".join(axes_of(Settings(), items, log)) for items in (20_000, 20_001))
    assert "exact.ridge" in exact
    assert "spectral" not in exact
    assert "spectral.user_exponent" in spectral
    assert "exact" not in spectral


def test_without_negative_events_nothing_is_chosen_of_them() -> None:
    log = worlds.log_of(worlds.drifting)
    assert not any("beta" in name or "negative" in name for name in axes_of(Settings(), 1_000, log))


def test_order_is_not_chosen_where_people_went_through_lists_in_one_sitting() -> None:
    log = worlds.log_of(worlds.drifting)
    spree = replace(log, times=log.times.min() + np.arange(len(log.times)) * 5.0)
    chosen, of_spree = axes_of(Settings(), 1_000, log), axes_of(Settings(), 1_000, spree)
    gone = {"index.behaviour.factors.transitions.weight", "events.half_life_positive_days"}
    assert chosen.keys() - of_spree.keys() == gone


def test_what_the_operator_has_set_is_not_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "penchant.toml"
    file.write_text("[index.behaviour.factors]\nrank = 256\n")
    monkeypatch.setenv("PENCHANT_CONFIG", "")
    monkeypatch.setenv("PENCHANT_EVENTS__HALF_LIFE_POSITIVE_DAYS", "90")
    axes = axes_of(load_settings(file), 1_000, worlds.log_of(worlds.drifting))
    assert "index.behaviour.factors.rank" not in axes
    assert "events.half_life_positive_days" not in axes
    assert "index.behaviour.factors.neighbours" in axes


def test_no_rank_exceeds_the_number_of_items() -> None:
    axes = axes_of(Settings(), 100, worlds.log_of(worlds.drifting))
    assert axes["index.behaviour.factors.rank"] == (256, 64)


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    chosen = {
        "events.half_life_positive_days": 7.0,
        "index.behaviour.factors.rank": 128,
        "index.behaviour.content_share": 0.2,
    }
    write(tmp_path / "new" / "tuned.toml", to_toml(chosen, ["why"]))
    text = (tmp_path / "new" / "tuned.toml").read_text()
    assert text.startswith("# why\n")
    read = tomllib.loads(text)
    assert read["index"]["behaviour"] == {"content_share": 0.2, "factors": {"rank": 128}}
    assert read["events"] == {"half_life_positive_days": 7.0}
    assert np.isclose(Settings.model_validate(read).index.behaviour.content_share, 0.2)
