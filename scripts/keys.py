"""``penchant keys``: makes, lists and revokes keys, while the service runs or before it does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Final, NoReturn, TypeVar

import typer

from app.access.audit import AuditLog
from app.access.caller import Scope
from app.access.keyfile import KeyFile, KeyFileError
from app.access.keyring import ApiKey, Keyring
from app.backup.ledger import Entry, Ledger
from app.settings import Settings
from scripts.command_settings import settings_or_exit

Config = Annotated[Path | None, typer.Option(help="TOML file of settings.")]
Result = TypeVar("Result")

_COMMAND_LINE: Final = "command-line"
"""In the audit log, in place of the id of a key."""

keys = typer.Typer(
    help="Make, list and revoke keys.\n\nA running service notices with its next request.", no_args_is_help=True
)


@keys.command()
def create(
    name: Annotated[str, typer.Option(help="What it is for, such as shop-backend.")],
    scope: Annotated[
        list[Scope] | None, typer.Option(help="What a service may ask for; repeat it for several scopes.")
    ] = None,
    *,
    operator: Annotated[bool, typer.Option("--operator", help="An operator's key, good for everything.")] = False,
    config: Config = None,
) -> None:
    """Make a key and print it, once: only its digest is kept."""
    if operator == bool(scope):
        _exit("say either --operator, or --scope for each thing that a service may ask for")
    settings = settings_or_exit("keys", config)
    shown = _change(settings, lambda keyring: keyring.with_key(name, scope or (), _now()))
    _record(settings, "keys.create", shown.split("_")[1])
    typer.echo(shown)
    typer.echo("Keep it now: it cannot be shown again.", err=True)


@keys.command("list")
def list_keys(config: Config = None) -> None:
    """List every key, revoked ones too, and the keys that sign people's tokens."""
    settings = settings_or_exit("keys", config)
    try:
        keyring = KeyFile(settings.data_dir).current()
    except KeyFileError as error:
        _exit(str(error))
    typer.echo("\n".join([*map(_line, keyring.keys), *_signing_lines(keyring)]) or "There are no keys.")


@keys.command()
def revoke(key_id: Annotated[str, typer.Argument(help="Id of the key, as listed.")], config: Config = None) -> None:
    """Revoke a key; it is good for nothing from the next request on."""
    settings = settings_or_exit("keys", config)
    try:
        _change(settings, lambda keyring: (keyring.without(key_id, _now()), None))
    except KeyError:
        _exit(f"no active key has the id {key_id}; `penchant keys list` lists them")
    entry = Entry(at=_now().timestamp(), kind="key_revoked", subject=key_id)
    Ledger(settings.data_dir, settings.backup.folder).add(entry)
    _record(settings, "keys.revoke", key_id)
    typer.echo(f"{key_id} is revoked")


@keys.command("rotate-tokens")
def rotate_tokens(
    *,
    at_once: Annotated[
        bool, typer.Option("--at-once", help="Tokens that were issued before are good for nothing any more.")
    ] = False,
    config: Config = None,
) -> None:
    """Sign people's tokens with a new key; those issued before stay good until they end."""
    settings = settings_or_exit("keys", config)
    grace = timedelta(seconds=0 if at_once else settings.access.token_seconds)
    _change(settings, lambda keyring: (keyring.rotated(_now(), grace), None))
    signing = KeyFile(settings.data_dir).current().signing[-1].key_id
    _record(settings, "keys.rotate-tokens", signing)
    typer.echo(f"{signing} signs from now on")


def _change(settings: Settings, change: Callable[[Keyring], tuple[Keyring, Result]]) -> Result:
    try:
        return KeyFile(settings.data_dir).change(change)
    except KeyFileError as error:
        _exit(str(error))


def _record(settings: Settings, action: str, subject: str) -> None:
    AuditLog(settings.data_dir, settings.access.audit).record(
        action, key_id=_COMMAND_LINE, outcome="done", subject=subject
    )


def _line(key: ApiKey) -> str:
    state = f"revoked {key.revoked_at:%Y-%m-%d %H:%M}" if key.revoked_at else "active"
    return f"{key.key_id}  {key.kind:8}  {','.join(key.scopes) or 'everything'}  {key.name}  {state}"


def _signing_lines(keyring: Keyring) -> list[str]:
    ends = [f"until {key.verifies_until:%Y-%m-%d %H:%M:%S}" if key.verifies_until else "now" for key in keyring.signing]
    return [f"{key.key_id}  signs     tokens  {end}" for key, end in zip(keyring.signing, ends, strict=True)]


def _now() -> datetime:
    return datetime.now(UTC)


def _exit(reason: str) -> NoReturn:
    typer.echo(f"keys: {reason}", err=True)
    raise typer.Exit(1)
