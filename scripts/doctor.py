"""``penchant doctor``: says what is wrong with settings, a data folder and a running service, and how to mend it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from app.doctor.database import of_database
from app.doctor.files import of_file
from app.doctor.finding import State
from app.doctor.fit import of_fit
from app.doctor.folder import of_folder
from app.doctor.service import of_service
from app.storage.service_address import service_address
from scripts.command_settings import settings_or_exit

_WORDS = {State.OK: "ok", State.TO_LOOK_AT: "look", State.WRONG: "WRONG"}


def doctor(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE...]", show_default=False, help="Files to be looked at, too.")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="TOML file of settings.")] = None,
    url: Annotated[str | None, typer.Option(help="Address of the service; absent, the one on the data folder.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array instead of lines.")] = False,
) -> None:
    """Say what is wrong with settings, a data folder, a running service and files, and how to mend it.

    Nothing is changed, and a service may be running. The status is 1 where something is wrong.
    """
    settings = settings_or_exit("doctor", config)
    address = url or service_address(settings.data_dir)
    key = settings.api_key.get_secret_value() if settings.api_key else None
    findings = [
        *of_folder(settings),
        *of_database(settings),
        *of_fit(settings, running=address is not None),
        *of_service(address, key),
        *(finding for file in files or () for finding in of_file(file, settings)),
    ]
    if as_json:
        typer.echo(json.dumps([asdict(each) | {"state": _WORDS[each.state].lower()} for each in findings], indent=2))
    else:
        for each in findings:
            typer.echo(
                f"{_WORDS[each.state]:<6}{each.about}: {each.said}" + (f"\n      -> {each.mend}" if each.mend else "")
            )
    if any(each.state is State.WRONG for each in findings):
        raise typer.Exit(1)
