"""Experiments on disk: `experiments/<name>.json`, which name policies and no person."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import orjson

from app.errors import ExperimentNotFoundError
from app.insights.experiments.experiment import Experiment

FOLDER: Final = "experiments"


class ExperimentFolder:
    """All experiments of one service."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / FOLDER

    def all(self) -> list[Experiment]:
        """Every experiment, oldest first."""
        found = [Experiment.model_validate_json(path.read_bytes()) for path in self._folder.glob("*.json")]
        return sorted(found, key=lambda each: (each.made_at, each.name))

    def get(self, name: str) -> Experiment:
        """One experiment.

        Raises:
            ExperimentNotFoundError: there is none of this name.
        """
        found = next((each for each in self.all() if each.name == name), None)
        if found is None:
            raise ExperimentNotFoundError(name)
        return found

    def keep(self, experiment: Experiment) -> Experiment:
        """Write an experiment down, in place of what was known of it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{experiment.name}.json"
        beside = path.with_suffix(f".{os.getpid()}")
        with beside.open("wb") as file:
            file.write(orjson.dumps(experiment.model_dump(mode="json"), option=orjson.OPT_INDENT_2))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        return experiment
