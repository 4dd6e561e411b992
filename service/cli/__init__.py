"""``voc``, the command line. The module of a command is imported only when the command runs."""

import sys
from importlib import import_module
from typing import Annotated, Any, Final, NamedTuple

import typer
from pydantic import ValidationError
from typer.core import TyperGroup
from typer.main import get_command

from service import __version__


class Entry(NamedTuple):
    """Where a command is (a function, or a Typer app with commands), and its line in the help."""

    module: str
    attribute: str
    help: str


COMMANDS: Final = {
    "serve": Entry("serve", "serve", "Run the API and, by default, the analysis worker."),
    "worker": Entry("worker", "worker", "Run an analysis worker as a separate process."),
    "migrate": Entry("migrate", "migrate", "Bring the database schema up to date."),
    "keys": Entry("keys", "app", "Create, list and revoke API keys."),
    "import": Entry("import_file", "import_file", "Send a CSV or JSONL file to the API."),
    "export": Entry("export", "export", "Save pain points, mentions, the map, … to a file."),
    "analyze": Entry("analyze", "analyze", "Analyse texts without storing anything."),
    "verify": Entry("verify", "verify", "Recompute the roll-ups and report any difference."),
    "train": Entry("train", "train", "Train a model from labelled feedback."),
    "average": Entry("train", "average", "Average the weights of several models."),
    "fit-ngrams": Entry("fit_ngrams", "fit_ngrams", "Train the character n-grams of a model."),
    "fit-themes": Entry("fit_themes", "fit_themes", "Train a model to tell themes apart."),
    "evaluate": Entry("evaluate", "evaluate", "Measure a model on labelled feedback."),
    "bench": Entry("bench", "app", "Run the benchmarks and compare them with their targets."),
    "demo": Entry("demo", "demo", "Load demo feedback through the API and show the results."),
}


class Lazy(TyperGroup):
    """A group that knows its commands by name and help line, and imports one when it is called."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Import the command that ``args`` begins with."""
        if args and args[0] in COMMANDS:
            self.commands[args[0]] = load(args[0])
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the command; report an invalid setting, and a database, file or port that can't be
        used, in one line, without a traceback.
        """
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise  # of a pager that was left, as usual without a message
        except ValidationError as error:
            if error.title != "Settings":
                raise
            for detail in error.errors():
                name = "VOC_" + "_".join(map(str, detail["loc"])).upper().removeprefix("VOC_")
                typer.echo(f"{name}: {detail['msg']}", err=True)
            raise typer.Exit(2) from error
        except Exception as error:
            if (cause := _foreseen(error)) is None:
                raise
            typer.echo(cause, err=True)
            raise typer.Exit(2) from error


def _foreseen(error: Exception) -> str | None:
    """What is wrong with the surroundings, in one line; None if the error may be a bug."""
    if isinstance(error, OSError):
        return str(error)
    # Only looked up: importing SQLAlchemy for every `--help` would take a third of a second.
    database = sys.modules.get("sqlalchemy.exc")
    if database is None or not isinstance(error, database.DBAPIError):
        return None
    return f"The database can't be used: {' '.join(str(error.orig).split())}"


def load(name: str) -> Any:
    """Import the command with this name."""
    entry = COMMANDS[name]
    found = getattr(import_module(f"service.cli.{entry.module}"), entry.attribute)
    if not isinstance(found, typer.Typer):
        function, found = found, typer.Typer()
        found.command(name)(function)
    command = get_command(found)
    command.name = name
    return command


def _stand_in() -> None:
    """A placeholder that is replaced before it can be called."""


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"verbatim {__version__}")
        raise typer.Exit()


app = typer.Typer(
    cls=Lazy,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Voice of the customer, by journey stage: feedback in, pain points out.",
)


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Options before the command."""


for _name, _entry in COMMANDS.items():
    app.command(_name, help=_entry.help)(_stand_in)
