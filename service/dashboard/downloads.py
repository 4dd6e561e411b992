"""Downloads of what a page shows: the API's exports, with the page's session and filters.

Like pages, files are read-only and never cached. Links from other sites are refused: they could
make a visitor's browser fetch files that the visitor did not ask for.
"""

from collections.abc import Mapping
from typing import Any, Final, Literal, TypeVar

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from service.dashboard.address import FILES, Address
from service.dashboard.pages import HEADERS, PageRoute, root_of
from service.dashboard.request_view import View
from service.dashboard.visitors import SignedIn, reject_cross_site
from service.db import Database
from service.errors import InvalidParam, InvalidRequest
from service.exports import files
from service.exports.params import JourneyExport, MentionExport, PainPointExport, WinExport
from service.insights.params import FilterParams
from service.keys.sessions import Visitor
from service.web.dependencies import Db

router = APIRouter(
    prefix=FILES,
    route_class=PageRoute,
    include_in_schema=False,
    dependencies=[Depends(reject_cross_site)],
)
TABLE: Final = {"format": "csv", "bom": True}
"""With a byte order mark, for spreadsheets."""
NO_FILE: Final = "must be words; a search by meaning can't be downloaded"
Params = TypeVar("Params", bound=FilterParams)


@router.get("/journey.{form}")
def download_map(
    request: Request, visitor: SignedIn, database: Db, form: Literal["csv", "png"]
) -> Response:
    """The map: its parts as rows, with the page's comparison, or as a picture."""
    asked = TABLE if form == "csv" else {"format": form}
    params = _params(_address(request), visitor, database, JourneyExport, asked)
    return _with_page_headers(files.journey_file(visitor.caller.workspace_id, database, params))


@router.get("/pain-points.csv")
def download_pain_points(request: Request, visitor: SignedIn, database: Db) -> Response:
    """All pain points of the ranking, in the same order."""
    address = _address(request)
    asked = TABLE | {"sort": address.sort_of_pains, **address.status}
    params = _params(address, visitor, database, PainPointExport, asked)
    return _with_page_headers(files.pain_points_file(visitor.caller.workspace_id, database, params))


@router.get("/wins.csv")
def download_wins(request: Request, visitor: SignedIn, database: Db) -> Response:
    """All wins of the ranking, in the same order."""
    address = _address(request)
    asked = TABLE | {"sort": address.sort_of_wins, **address.status}
    params = _params(address, visitor, database, WinExport, asked)
    return _with_page_headers(files.wins_file(visitor.caller.workspace_id, database, params))


@router.get("/mentions.csv")
def download_mentions(request: Request, visitor: SignedIn, database: Db) -> Response:
    """All mentions that a search by words finds, the latest first."""
    address = _address(request)
    if address.params.q and address.params.match != "words":
        raise InvalidRequest(invalid_params=[InvalidParam("match", NO_FILE)])
    chosen = {"sentiment": [address.params.sentiment]} if address.params.sentiment else {}
    asked = TABLE | {"q": address.params.q, **chosen}
    params = _params(address, visitor, database, MentionExport, asked)
    return _with_page_headers(files.mentions_file(visitor.caller.workspace_id, database, params))


def _address(request: Request) -> Address:
    """The requested address; a download has no form to correct a reversed period, so reject it."""
    address = Address(request, root_of(request))
    if address.reversed_period:
        raise InvalidRequest(invalid_params=[address.reversed_period])
    return address


def _params(
    address: Address,
    visitor: Visitor,
    database: Database,
    kind: type[Params],
    asked: Mapping[str, Any],
) -> Params:
    """The parameters of an export, whose rows are read later, page by page."""
    with database.read() as session:
        params: Params = View(session, visitor.caller.workspace_id, address).params(kind, **asked)
    return params


def _with_page_headers(file: Response) -> Response:
    """A file with the headers of a page."""
    file.headers.update(HEADERS)
    return file
