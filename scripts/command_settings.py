"""Settings for a command: what is wrong with them is said in a line, not in a traceback."""

from __future__ import annotations

from pathlib import Path

import httpx
import typer
from pydantic import ValidationError

from app.settings import Settings, load_settings
from indexer.problems import problems
from penchant_client import Client

TIMEOUT_SECONDS = 120.0


def client_of(settings: Settings, url: str) -> Client:
    """A client of a running service that shows the key of the settings, whatever proxies the environment names."""
    key = settings.api_key.get_secret_value() if settings.api_key else None
    return Client(url, key=key, http=httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False))


def settings_or_exit(command: str, config: Path | None, *, tuned: bool = True) -> Settings:
    """The settings from the environment and a TOML file; the command ends where they are impossible.

    Args:
        command: its name, which stands before the reason.
        config: the file, or None for the one that the environment names, if any.
        tuned: as of `load_settings`.
    """
    try:
        return load_settings(config, tuned=tuned)
    except ValidationError as error:
        reason = "; ".join(str(each) for each in problems(error))
    except ValueError as error:
        reason = str(error)
    typer.echo(f"{command}: {reason}", err=True)
    raise typer.Exit(1)
