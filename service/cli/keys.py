"""``voc keys``: keys made, listed and revoked directly in the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Annotated, Any, cast
from uuid import UUID

import typer
from pydantic import ValidationError
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Column, Table

import migrations
from models.api_key import ApiKey
from service.clock import now
from service.db import Database
from service.errors import Problem
from service.keys import queries, service
from service.keys.bootstrap import WORKSPACE
from service.keys.errors import KeyNotFound
from service.keys.schemas import NewKey
from service.settings import Settings
from service.web.invalid import invalid_request

app = typer.Typer(no_args_is_help=True)
console = Console(highlight=False)
LEAST_WIDTH = 130

Named = Annotated[str, typer.Option("--workspace", help="The workspace; made if it is new.")]


@contextmanager
def _database() -> Iterator[Database]:
    """The migrated database of the settings; problems end the command with one line each."""
    url = Settings().sqlalchemy_url
    migrations.upgrade(url)
    database = Database(url)
    try:
        yield database
    except Problem as problem:
        for line in _lines(problem):
            typer.echo(line, err=True)
        raise typer.Exit(2) from problem
    finally:
        database.dispose()


def _lines(problem: Problem) -> list[str]:
    params = [f"  {param.name}: {param.reason}" for param in problem.invalid_params]
    return [problem.detail, *params]


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="What the key is for.")],
    scope: Annotated[
        list[str] | None, typer.Option(help="ingest, read or manage; repeat for several.")
    ] = None,
    workspace: Named = WORKSPACE,
    origin: Annotated[
        list[str] | None,
        typer.Option(help="A web origin a browser key may be used from; repeat for several."),
    ] = None,
    rate: Annotated[int | None, typer.Option(help="Requests a minute.")] = None,
    days: Annotated[int | None, typer.Option(min=1, help="Days until it expires.")] = None,
) -> None:
    """Make a key and print its secret, once, on standard output."""
    with _database() as database:
        wanted = _wanted(
            name=name,
            scopes=scope or ["ingest"],
            origins=origin or [],
            rate_per_minute=rate,
            expires_at=now() + timedelta(days=days) if days else None,
        )
        with database.write() as session:
            tenant = queries.ensure_workspace(session, workspace)
            _, secret = service.make(session, tenant.id, wanted)
    typer.echo(secret)


def _wanted(**fields: Any) -> NewKey:
    try:
        return NewKey(**fields)
    except ValidationError as error:
        raise invalid_request(cast(list[Any], error.errors()), fields) from None


@app.command("list")
def list_keys() -> None:
    """Print every key of every workspace."""
    table = Table("workspace", Column("id", no_wrap=True), "name", "prefix", box=SIMPLE)
    for header in ("scopes", "origins", "state"):
        table.add_column(header, overflow="fold")
    with _database() as database, database.read() as session:
        for tenant in queries.workspaces(session):
            for key in queries.page(session, tenant.id, None, None):
                table.add_row(tenant.name, *_columns(key))
    console.print(table, width=max(LEAST_WIDTH, console.width), no_wrap=True)


def _columns(key: ApiKey) -> tuple[str, ...]:
    shared = (str(key.id), key.name, key.prefix, " ".join(key.scopes), " ".join(key.origins))
    return (*shared, _state(key))


def _state(key: ApiKey) -> str:
    if key.revoked_at is not None:
        return f"revoked {_day(key.revoked_at)}"
    if key.expires_at is None:
        return "live"
    return f"{'live until' if key.expires_at > now() else 'expired'} {_day(key.expires_at)}"


def _day(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d")


@app.command()
def revoke(
    key_id: Annotated[UUID, typer.Argument(help="The id shown by `voc keys list`.")],
    workspace: Named = WORKSPACE,
) -> None:
    """Make a key useless. Running servers notice within two seconds."""
    with _database() as database, database.write() as session:
        tenant = queries.workspace_named(session, workspace)
        if tenant is None:
            raise KeyNotFound(f"There is no workspace {workspace!r}.")
        service.revoke(session, tenant.id, key_id)
