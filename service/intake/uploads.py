"""An uploaded file on its way to an import: kept in the data directory, planned, started once."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from sqlmodel import Session

from models.types import new_id
from service.db import Database
from service.errors import InvalidParam, InvalidRequest
from service.files import make_folder, open_new
from service.intake.drafts import DraftBuilder
from service.intake.imports import UPLOAD_FOLDER, Importer, new_job
from service.intake.plan import ImportPlan
from service.intake.planning import ImportOptions, plan_for
from service.intake.records import Source, UnreadableFile, open_source
from service.intake.rows import preview
from service.redaction.quotes import redacted
from service.text import CleanText
from service.web.idempotency import IdempotentRequest, JsonAnswer, run_once
from service.web.invalid import reason_of

MAX_NAME_CHARS: Final = 200
NO_COLUMNS: Final = 'must be a JSON object of fields and columns, such as {"text": "Comment"}'
_COLUMNS: Final = TypeAdapter(dict[CleanText, CleanText | None])


class UnreadableUpload(InvalidRequest):
    """The file can't be read; send CSV with a header row, or JSONL."""

    code = "unreadable_file"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in the data directory, and how to read it."""

    filename: str
    source: Source
    plan: ImportPlan

    def preview(self, builder: DraftBuilder) -> dict[str, Any]:
        """What its first rows would become; the file is deleted afterwards."""
        try:
            return preview(self.source, self.plan, builder)
        finally:
            self.source.path.unlink()

    def start(
        self,
        database: Database,
        importer: Importer,
        workspace_id: UUID,
        builder: DraftBuilder,
        idempotency: IdempotentRequest | None,
    ) -> JsonAnswer:
        """Store the job and run it, unless the same request has already done so."""
        job = new_job(workspace_id, self.filename, self.source, self.plan)

        def store(session: Session) -> JsonAnswer:
            session.add(job.model_copy())
            body = {"id": str(job.id), "state": job.state, "mapping": job.mapping}
            return JsonAnswer(202, body, {"Location": f"/v1/imports/{job.id}"})

        try:
            answer = run_once(database, workspace_id, idempotency, store)
        except BaseException:
            self.source.path.unlink()
            raise
        if answer.is_replayed:
            self.source.path.unlink()
        else:
            importer.start(job, self.source, self.plan, builder)
        return answer


def receive(file: BinaryIO, filename: str, data_dir: Path, options: ImportOptions) -> Upload:
    """Copy an upload into the data directory and find out how to read it.

    Raises:
        UnreadableUpload: it is not CSV or JSONL.
        InvalidRequest: ``options`` do not fit it.
    """
    for folder in (data_dir, data_dir / UPLOAD_FOLDER):
        make_folder(folder)
    path = data_dir / UPLOAD_FOLDER / f"{new_id()}.upload"
    try:
        with open_new(path) as copy:
            shutil.copyfileobj(file, copy)
        source = open_source(path, filename)
        return Upload(_name(filename), source, plan_for(source, options))
    except UnreadableFile as error:
        path.unlink()
        raise UnreadableUpload(f"The file can't be read: {error}.") from None
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def columns_of(mapping: str | None) -> dict[str, str | None]:
    """The requested columns, sent as a JSON object.

    Raises:
        InvalidRequest: not such an object, or a name in it can't be stored.
    """
    try:
        return _COLUMNS.validate_json(mapping) if mapping else {}
    except ValidationError as error:
        fault = error.errors()[0]
        reason = reason_of(fault) if fault["type"] == "value_error" else NO_COLUMNS
        raise InvalidRequest(invalid_params=[InvalidParam("mapping", reason)]) from None


def _name(filename: str) -> str:
    """The file's name without its path, in a form that can be stored."""
    shown = filename.encode("utf-8", "replace").decode().replace("\0", "")
    return redacted(Path(shown).name)[-MAX_NAME_CHARS:] or "unnamed"
