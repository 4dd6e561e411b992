"""/v1/imports: import CSV and JSONL files; their columns are guessed and shown."""

import json
from dataclasses import asdict
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, File, Form, Query, Request, UploadFile
from pydantic_core import to_json
from starlette.responses import Response
from starlette.types import Scope

from nlp.documents import Kind
from service.errors import UnsupportedMediaType
from service.intake.cell_values import DateOrder
from service.intake.drafts import DraftBuilder
from service.intake.fields import Name
from service.intake.import_schemas import ImportOut, ImportPreviewOut, StartedOut
from service.intake.imports import find_job
from service.intake.planning import ImportOptions
from service.intake.ratings import Scale
from service.intake.reports import csv_report, jsonl_report
from service.intake.rows import SHOWN_ERRORS
from service.intake.scales import scale_of
from service.intake.uploads import columns_of, receive
from service.keys.auth import Requires
from service.keys.caller import Caller
from service.web.bodies import is_form
from service.web.dependencies import Config, Db
from service.web.idempotency import (
    IdempotencyKey,
    IdempotentRequest,
    fingerprint,
    key_of,
    response_of,
)
from service.web.openapi_headers import LOCATION

PATH: Final = "/v1/imports"
router = APIRouter(prefix=PATH, tags=["imports"])

_may_import = Requires("ingest", in_browsers=False)
UploadCaller = Annotated[Caller, Depends(_may_import)]
ImportCaller = Annotated[Caller, Depends(Requires("ingest", "read", in_browsers=False))]
NO_FORM: Final = (
    "Send the file as multipart/form-data, in a field named file: curl -F file=@reviews.csv."
)
CSV: Final = "text/csv; charset=utf-8"
JSONL: Final = "application/jsonl"


async def admit_upload(scope: Scope) -> None:
    """Check that a file may be uploaded, before any of it is read.

    Raises:
        Problem: the caller may not import, or not now.
        UnsupportedMediaType: it is not sent as a form.
    """
    request = Request(scope)
    await _may_import(request)
    if request.method == "POST" and not is_form(request.headers.get("content-type", "")):
        raise UnsupportedMediaType(NO_FORM)
    request.app.state.importer.check_capacity()


def _options(
    mapping: Annotated[
        str | None,
        Form(
            description=(
                "Field -> column, as a JSON object; null leaves a field out. Overrides the "
                "guess. Fields are those of the API, and attributes.<name>."
            ),
            examples=['{"text": "Comment", "attributes.plan": "Plan", "stage": null}'],
        ),
    ] = None,
    kind: Annotated[Kind | None, Form()] = None,
    source: Annotated[
        Name | None,
        Form(
            description=(
                "The system that the feedback comes from. Feedback with the same source and id is "
                "overwritten. Default: the name of the file, or import if it has no ids."
            )
        ),
    ] = None,
    scale: Annotated[Scale | None, Form(description="The scale of the ratings.")] = None,
    scale_min: Annotated[float | None, Form()] = None,
    scale_max: Annotated[float | None, Form()] = None,
    dates: Annotated[DateOrder | None, Form(description="Format of the dates.")] = None,
) -> ImportOptions:
    rating = scale_of(scale, scale_min, scale_max)
    return ImportOptions(columns_of(mapping), kind, source, rating, dates)


@router.post(
    "",
    status_code=202,
    response_model=StartedOut,
    responses={200: {"model": ImportPreviewOut}, 202: {"headers": LOCATION}},
)
def post_import(
    request: Request,
    file: Annotated[UploadFile, File(description="CSV with a header row, or JSONL.")],
    options: Annotated[ImportOptions, Depends(_options)],
    caller: UploadCaller,
    database: Db,
    settings: Config,
    dry_run: Annotated[
        bool, Query(description="Show how the file would be read, without storing anything.")
    ] = False,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Import a file in the background. Sending the same file again adds no duplicates."""
    importer = request.app.state.importer
    importer.check_capacity()
    upload = receive(file.file, file.filename or "", settings.data_dir, options)
    builder = DraftBuilder(database, caller.workspace_id, settings.max_text_chars)
    if dry_run:
        return Response(to_json(upload.preview(builder)), media_type="application/json")
    idempotency = _idempotency(caller, idempotency_key, upload.source.digest, options)
    answer = upload.start(database, importer, caller.workspace_id, builder, idempotency)
    return response_of(answer)


@router.get("/{import_id}", response_model=ImportOut)
def read_import(import_id: UUID, caller: ImportCaller, database: Db) -> ImportOut:
    """The progress of an import, and its results."""
    with database.read() as session:
        job = find_job(session, caller.workspace_id, import_id)
    return ImportOut.model_validate(job.model_dump() | {"errors": job.errors[:SHOWN_ERRORS]})


@router.get(
    "/{import_id}/errors",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}, JSONL: {}}}},
)
def read_import_errors(
    import_id: UUID,
    caller: ImportCaller,
    database: Db,
    format: Annotated[Literal["csv", "jsonl"], Query()] = "csv",
) -> Response:
    """The rows that were not imported (the first 1000), with the reasons, as a file."""
    with database.read() as session:
        errors = find_job(session, caller.workspace_id, import_id).errors
    content = csv_report(errors) if format == "csv" else jsonl_report(errors)
    disposition = {"Content-Disposition": f'attachment; filename="{import_id}.errors.{format}"'}
    return Response(content, 200, disposition, CSV if format == "csv" else JSONL)


def _idempotency(
    caller: Caller, key: str | None, digest: str, options: ImportOptions
) -> IdempotentRequest | None:
    if key is None:
        return None
    content = json.dumps({"file": digest, **asdict(options)}, sort_keys=True)
    print_ = fingerprint("POST", PATH, content.encode())
    return IdempotentRequest(key_of(caller.key_id, key), print_)
