"""``voc keys``: create, list and revoke keys directly in the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, cast
from uuid import UUID

import typer
from pydantic import ValidationError
from rich.box import SIMPLE
from rich.markup import escape
from rich.table import Column, Table

import migrations
from models.api_key import ApiKey
from service.cli.existing_database import existing_database
from service.cli.terminal import Terminal
from service.clock import now
from service.db import Database
from service.errors import Problem
from service.keys import queries, service
from service.keys.bootstrap import WORKSPACE
from service.keys.errors import KeyNotFound
from service.keys.schemas import NewKey, NewWorkspace
from service.settings import Settings
from service.web.invalid import invalid_request

app = typer.Typer(no_args_is_help=True, help="Create, list and revoke API keys.")
MIN_WIDTH: Final = 140
MAX_DAYS: Final = 36_500


@contextmanager
def _database(create: bool = False) -> Iterator[Database]:
    """The database of the settings; ``create`` it if it does not exist or has no tables.

    Invalid arguments are reported without a traceback.
    """
    url = Settings().sqlalchemy_url
    if create:
        migrations.upgrade_empty(url)
    with existing_database(url) as database:
        try:
            yield database
        except (Problem, ValidationError) as error:
            for line in _lines(error):
                typer.echo(line, err=True)
            raise typer.Exit(2) from error


def _lines(error: Problem | ValidationError) -> list[str]:
    if isinstance(error, ValidationError):
        error = invalid_request(cast(list[Any], error.errors()))
    params = [f"  {param.name}: {param.reason}" for param in error.invalid_params]
    return [error.detail, *params]


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="What the key is for.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(help="ingest (the default), read or manage; repeatable."),
    ] = None,
    workspace: Annotated[
        str, typer.Option(help="Workspace of the key; created if it does not exist.")
    ] = WORKSPACE,
    origin: Annotated[
        list[str] | None,
        typer.Option(help="A web origin that may use the key from browsers; repeatable."),
    ] = None,
    rate: Annotated[int | None, typer.Option(help="Requests allowed per minute.")] = None,
    days: Annotated[
        int | None, typer.Option(min=1, max=MAX_DAYS, help="Days until the key expires.")
    ] = None,
) -> None:
    """Create a key and print its secret to standard output. It is shown only once."""
    with _database(create=True) as database, database.write() as session:
        wanted = {
            "name": name,
            "scopes": scope or ["ingest"],
            "origins": origin or [],
            "rate_per_minute": rate,
            "expires_at": now() + timedelta(days=days) if days else None,
        }
        named = NewWorkspace(workspace=workspace).workspace
        tenant = queries.ensure_workspace(session, named)
        _, secret = service.make(session, tenant.id, NewKey.model_validate(wanted))
    typer.echo(secret)


@app.command("list")
def list_keys() -> None:
    """List the keys of all workspaces."""
    table = Table("workspace", Column("id", no_wrap=True), "name", "prefix", box=SIMPLE)
    for header in ("scopes", "origins", "created", "state"):
        table.add_column(header, overflow="fold")
    with _database() as database, database.read() as session:
        for tenant in queries.workspaces(session):
            for key in queries.page(session, tenant.id, None, None):
                table.add_row(*map(escape, (tenant.name, *_columns(key))))
    Terminal(width=max(MIN_WIDTH, Terminal().width), highlight=False).print(table)


def _columns(key: ApiKey) -> tuple[str, ...]:
    shared = (str(key.id), key.name, key.prefix, " ".join(key.scopes), " ".join(key.origins))
    return (*shared, _day(key.created_at), _state(key))


def _state(key: ApiKey) -> str:
    if key.revoked_at is not None:
        return f"revoked {_day(key.revoked_at)}"
    if key.expires_at is None:
        return "active"
    return f"{'active until' if key.expires_at > now() else 'expired'} {_day(key.expires_at)}"


def _day(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d")


@app.command()
def revoke(
    key_id: Annotated[UUID, typer.Argument(help="The id shown by `voc keys list`.")],
    workspace: Annotated[str, typer.Option(help="Workspace of the key.")] = WORKSPACE,
) -> None:
    """Revoke a key. Running servers reject it within two seconds."""
    with _database() as database, database.write() as session:
        tenant = queries.workspace_named(session, workspace)
        if tenant is None:
            raise KeyNotFound(f"There is no workspace {workspace!r}.")
        service.revoke(session, tenant.id, key_id)
