"""/v1/attributes: declare attributes to be rolled up, so that filters on them are fast."""

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from service.attributes.declaring import attributes_out, declare
from service.attributes.schemas import AttributesIn, AttributesOut
from service.keys.auth import ManageCaller, ReadCaller
from service.web.conditional import conditional
from service.web.dependencies import Db

router = APIRouter(prefix="/v1/attributes", tags=["insights"])


@router.get("", response_model=AttributesOut)
def list_attributes(request: Request, caller: ReadCaller, database: Db) -> Response:
    """The declared attributes, and whether their roll-ups are complete."""
    with database.read() as session:
        return conditional(request, attributes_out(session, caller.workspace_id))


@router.put("")
def declare_attributes(body: AttributesIn, caller: ManageCaller, database: Db) -> AttributesOut:
    """Declare up to three attributes with few values. Their roll-ups are built in the
    background.
    """

    def work(session: Session) -> AttributesOut:
        declare(session, caller.workspace_id, body.names)
        return attributes_out(session, caller.workspace_id)

    return database.transact(work)
