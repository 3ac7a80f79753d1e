"""Off-policy estimates against the Open Bandit Pipeline's own code, on the logged bandit sample inside its package.

ZOZOTOWN showed three fashion items chosen at random, and beside it by Thompson sampling (Saito, Aihara, Matsutani,
Narita 2020, "Open Bandit Dataset and Pipeline"). From the random log the value of Thompson sampling is estimated, whose
own log says what it is. The package is fetched and never installed: 0.5.7 wants an older Python.
"""

import csv
import importlib
import os
import subprocess
import sys
import tarfile
import types
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.statistics import (
    doubly_robust,
    effective_size,
    importance,
    inverse_propensity,
    percentile_interval,
    self_normalized,
)

pytestmark = pytest.mark.nightly

VERSION = "0.5.7"
ITEMS, PLACES = 80, 3


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("obp")
    fetch = ["download", "--quiet", "--no-deps", "--ignore-requires-python"]
    done = subprocess.run(
        [sys.executable, "-m", "pip", *fetch, f"obp=={VERSION}", "--dest", str(folder)],
        capture_output=True, text=True, timeout=300, check=False,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
    )  # fmt: skip
    archive = folder / f"obp-{VERSION}.tar.gz"
    if not archive.exists():
        pytest.skip(f"obp {VERSION} cannot be fetched: {done.stderr.strip()[-300:]}")
    with tarfile.open(archive) as opened:
        opened.extractall(folder, filter="data")
    return folder / f"obp-{VERSION}"


@pytest.fixture(scope="module")
def theirs(package: Path) -> Iterator[Any]:
    """The package's module of estimators, without the rest of the package, which needs more."""
    for name in ("pandas", "sklearn", "torch", "yaml"):
        pytest.importorskip(name, reason="obp's own code needs it")
    names = {"obp": package / "obp", "obp.ope": package / "obp" / "ope"}
    for name, folder in names.items():
        sys.modules[name] = types.ModuleType(name)
        sys.modules[name].__path__ = [str(folder)]
    with warnings.catch_warnings(action="ignore"):  # its own, of escapes in its docstrings
        module = importlib.import_module("obp.ope.estimators")
    yield module
    for name in [name for name in sys.modules if name == "obp" or name.startswith("obp.")]:
        del sys.modules[name]


class Logged:
    """Items, places, clicks and propensities of one policy's log."""

    def __init__(self, package: Path, policy: str) -> None:
        with (package / "obp/dataset/obd" / policy / "all/all.csv").open() as file:
            rows = [
                (row["item_id"], row["position"], row["click"], row["propensity_score"]) for row in csv.DictReader(file)
            ]
        self.items = np.array([int(row[0]) for row in rows])
        self.places = np.array([int(row[1]) - 1 for row in rows])
        self.clicks = np.array([float(row[2]) for row in rows])
        self.propensities = np.array([float(row[3]) for row in rows])

    def predicted(self) -> np.ndarray:
        """A model of clicks by item and place: their smoothed rate; float64 [ITEMS, PLACES]."""
        shown = np.zeros((ITEMS, PLACES))
        clicked = np.zeros((ITEMS, PLACES))
        np.add.at(shown, (self.items, self.places), 1)
        np.add.at(clicked, (self.items, self.places), self.clicks)
        return (clicked + 1) / (shown + 250)


def thompson(package: Path) -> np.ndarray:
    """Chance of each item at each place under the policy's published beta distributions; float64 [ITEMS, PLACES]."""
    import yaml  # noqa: PLC0415

    prior = yaml.safe_load((package / "obp/policy/conf/prior_bts.yaml").read_text())["all"]
    random, counts = np.random.default_rng(12345), np.zeros((ITEMS, PLACES))
    for _ in range(50):
        drawn = random.beta(prior["alpha"], prior["beta"], size=(2000, ITEMS))
        best = np.argsort(-drawn, axis=1)[:, :PLACES]
        for place in range(PLACES):
            counts[:, place] += np.bincount(best[:, place], minlength=ITEMS)
    return counts / counts.sum(axis=0)


def test_the_estimates_are_those_of_the_packages_own_code_and_find_the_policys_own_log(
    package: Path, theirs: Any
) -> None:
    log, chances = Logged(package, "random"), thompson(package)
    people, n = np.arange(len(log.items)), len(log.items)
    weights = importance(chances[log.items, log.places], log.propensities)
    model = log.predicted()
    means = (model[log.items, log.places], (chances * model).sum(axis=0)[log.places])
    ours = {
        "InverseProbabilityWeighting": inverse_propensity(log.clicks, weights, people),
        "SelfNormalizedInverseProbabilityWeighting": self_normalized(log.clicks, weights, people),
        "DoublyRobust": doubly_robust(log.clicks, weights, people, means),
    }
    asked = {
        "reward": log.clicks,
        "action": log.items,
        "position": log.places,
        "pscore": log.propensities,
        "action_dist": np.broadcast_to(chances, (n, ITEMS, PLACES)),
    }
    models = {"estimated_rewards_by_reg_model": np.broadcast_to(model, (n, ITEMS, PLACES))}
    truth = Logged(package, "bts").clicks.mean()
    print(f"\n{n:,} records, {effective_size(weights):,.0f} effective; by its own log {truth:.4f}")  # noqa: T201
    for name, estimate in ours.items():
        more = models if name == "DoublyRobust" else {}
        said = getattr(theirs, name)().estimate_policy_value(**asked, **more)
        print(f"{name}: {float(estimate.value):.6f} +- {float(estimate.standard_error):.6f}, obp {said:.6f}")  # noqa: T201
        assert float(estimate.value) == pytest.approx(said, rel=1e-9)
        assert abs(float(estimate.value) - truth) < 2 * float(estimate.standard_error)


def test_the_standard_error_is_that_of_the_packages_bootstrap(package: Path, theirs: Any) -> None:
    log, chances = Logged(package, "random"), thompson(package)
    weights = importance(chances[log.items, log.places], log.propensities)
    estimate = inverse_propensity(log.clicks, weights, np.arange(len(log.items)))
    random = np.random.default_rng(1)
    drawn = [(weights * log.clicks)[random.integers(len(weights), size=len(weights))].mean() for _ in range(1000)]
    low, high = percentile_interval(np.array(drawn))
    said = theirs.InverseProbabilityWeighting().estimate_interval(
        reward=log.clicks,
        action=log.items,
        position=log.places,
        pscore=log.propensities,
        action_dist=np.broadcast_to(chances, (len(log.items), ITEMS, PLACES)),
        n_bootstrap_samples=1000,
        random_state=12345,
    )
    ends = [said["95.0% CI (lower)"], said["95.0% CI (upper)"]]
    assert ends == pytest.approx([low, high], rel=0.1)
    assert (high - low) / 3.92 == pytest.approx(float(estimate.standard_error), rel=0.1)
