"""The ``penchant`` command: finds the subcommand's file and runs it.

The subcommand ``fetch-movielens`` is the function ``fetch_movielens`` of ``scripts/fetch_movielens.py``, or, where a
command has subcommands of its own, such as ``keys``, the Typer application of that name there. Its file
is imported only when it is called, so that ``penchant --help`` answers at once although some of the files
import the encoder and the index. To add a command, write its file and add its line to ``SUMMARIES``.
"""

import os
from importlib import import_module
from keyword import iskeyword
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

SUMMARIES: Final = {
    "demo": "Fetch MovieLens 100K, index it, replay its events through the service, and serve it.",
    "init": "Ask five questions, look at your files, and write settings, a charter and a mapping that work.",
    "rebuild-index": "Build a snapshot of the catalogue and put it in service.",
    "tune": "Choose settings by what the people of the event log took up next, for rebuild-index and serve to read.",
    "serve": "Serve recommendations over HTTP until told to stop.",
    "keys": "Make, list and revoke keys.",
    "doctor": "Say what is wrong with settings, a data folder, a running service and files, and how to mend it.",
    "replay": "Send an events file, and a users file if given, to a running service, in order of the file.",
    "import": "Take files of items, events or people in.",
    "migrate": "Move everything that is known of people from the data folder's DuckDB into PostgreSQL.",
    "backup": "Back the data folder up, while it is served or not: database, index, policies, keys, what was served.",
    "export": "Bring a folder of Parquet files for a warehouse up to date, or begin it.",
    "restore": "Restore a backup, and apply again the erasures, opt-outs and revoked keys that came after it.",
    "reapply-decisions": "Apply erasures, opt-outs and revoked keys again, after a database was restored otherwise.",
    "verify-erasure": "Look for a person's id in the data folder; fail if it is there outside of items, "
    "or if that cannot be told.",
    "simulate": "Let things go wrong among made-up people, and print which alerts fired, and how often for nothing.",
    "settings": "List every setting with its default, range and meaning, in Markdown.",
    "review-sensitive": "List items that are taken for sensitive, and record what you say of them.",
    "calibrate-sensitive": "Let the classifier of sensitive topics judge from phrases by another encoder.",
    "train-sensitive": "Train the classifier of sensitive topics on labelled texts.",
    "compare": "Compare the variants of an experiment, or say how many people it needs.",
    "off-policy": "Estimate what a policy that was not served would have earned, from what was.",
    "equity-audit": "Audit how a quarter served each group of people, and how it treated who provides the items.",
    "enforce-retention": "Delete the events that are older than the charter keeps them.",
    "sensitive-benchmark": "Measure how well sensitive topics are told, and whether the firewall holds.",
    "recall-benchmark": "Compare what is recommended with what people took up.",
    "explain-benchmark": "Test labels on what real people did: fidelity, specificity, stability and cost.",
    "control-benchmark": "Measure what speaking against an item prevents, and what it costs elsewhere.",
    "slate-benchmark": "Compare settings of the query: relevance, variety, shares of interests, and cost.",
    "load-benchmark": "Put load on a real server, and tell latency, throughput, processor time a request and memory.",
    "scaling-benchmark": "Compare replicas on one PostgreSQL, behind HAProxy in turn, with one process on DuckDB.",
    "soak": "Put load and faults on a real server of made-up people; fail if it breaks a promise.",
    "ann-benchmark": "Compare vector indexes: recall against exact search and CPU a search, under filters.",
    "encoder-benchmark": "Compare encoders: translations, subjects across languages, English texts, and speed.",
    "fetch-movielens": "Fetch MovieLens 100K and write it as items, events and users files.",
}
"""Every subcommand, in the order of ``penchant --help``, with the first line of its docstring."""


FILES: Final = {
    "demo": "scripts.demo.command",
    "import": "scripts.import_",
    "init": "scripts.init.command",
    "soak": "scripts.soak.command",
}
"""Commands whose file is called otherwise: it stands in the wing that bears their name, or Python has the word."""

FORMER: Final = {"import-events": ("import", "events")}
"""Former names of commands, which still work."""


class SubcommandGroup(TyperGroup):
    """Imports a subcommand's file when, and only when, that subcommand is called."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Puts the real command in its placeholder's place, then lets Typer find it."""
        args = [*FORMER.get(args[0], args[:1]), *args[1:]]
        if args[0] in SUMMARIES:
            self.commands[args[0]] = load_command(args[0])
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Say in a line what went wrong where the caller can mend it; anything else is a fault, with its traceback."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            from scripts.failures import account_of  # noqa: PLC0415 - it takes long to import

            if (said := account_of(error)) is None:
                raise
            typer.echo(f"{ctx.invoked_subcommand}: {said}", err=True)
            raise typer.Exit(1) from error


def load_command(name: str) -> Any:
    """Imports a subcommand's file and returns its function, or its application, as a command of Typer's."""
    function = f"{name.replace('-', '_')}{'_' if iskeyword(name) else ''}"
    found = getattr(import_module(FILES.get(name, f"scripts.{function}")), function)
    if isinstance(found, typer.Typer):
        return typer.main.get_group(found)
    single = typer.Typer(add_completion=False)
    single.command(name)(found)
    return typer.main.get_command(single)


app = typer.Typer(cls=SubcommandGroup, no_args_is_help=True, pretty_exceptions_show_locals=False)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415 - as long to import as all the rest

        typer.echo(f"penchant {version('penchant')}")
        raise typer.Exit


@app.callback()
def penchant(
    *,
    _version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version.")
    ] = False,
) -> None:
    """Self-hosted personalisation for one person at a time."""
    os.umask(0o077)  # what is held of people is for the own account to read, whichever command writes it


def _add_placeholder(name: str, summary: str) -> None:
    @app.command(name, help=summary)
    def placeholder() -> None:
        raise AssertionError(f"{name} was called without being loaded")


for _name, _summary in SUMMARIES.items():
    _add_placeholder(_name, _summary)
