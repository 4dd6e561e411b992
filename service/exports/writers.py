"""Rows as files, part by part: CSV, JSONL and Parquet. No file is held in memory."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

from service.exports.errors import NoParquet
from service.exports.tables import Column, Kind, Row
from service.text import escape_formula

Pages = Iterable[Sequence[Row]]
BOM: Final = "\ufeff"
ROW_GROUP: Final = 10_000
MEDIA_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/jsonl",
    "parquet": "application/vnd.apache.parquet",
}


def file_parts(
    format_: str, table: Sequence[Column], pages: Pages, bom: bool = False
) -> Iterator[bytes]:
    """A file of ``format_`` with the rows of ``pages``; one part per page, or per few pages.

    Raises:
        NoParquet: the library that writes Parquet is not installed.
    """
    if format_ == "csv":
        return _csv(table, pages, bom)
    return _jsonl(table, pages) if format_ == "jsonl" else _parquet(table, pages)


def _csv(table: Sequence[Column], pages: Pages, bom: bool) -> Iterator[bytes]:
    yield ((BOM if bom else "") + _lines([[column.name for column in table]])).encode()
    kinds = [column.kind for column in table]
    for page in pages:
        yield _lines([list(map(_cell, kinds, row)) for row in page]).encode()


def _lines(rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _cell(kind: Kind, value: Any) -> Any:
    if value is None:
        return ""
    if kind is Kind.TEXT:
        return escape_formula(str(value))
    if kind is Kind.JSON:
        return _json(value)
    if kind is Kind.FLAG:
        return "true" if value else "false"
    return _plain(value)


def _jsonl(table: Sequence[Column], pages: Pages) -> Iterator[bytes]:
    names = [column.name for column in table]
    for page in pages:
        lines = (json.dumps(_filled(names, row), ensure_ascii=False, default=str) for row in page)
        yield "".join(line + "\n" for line in lines).encode()


def _filled(names: Sequence[str], row: Row) -> dict[str, Any]:
    """A row as a JSON line, without missing values."""
    pairs = zip(names, row, strict=True)
    return {name: _plain(value) for name, value in pairs if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


class _Sink(io.RawIOBase):
    """A file object that is passed on while it is written."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        """Always true."""
        return True

    def write(self, part: Any) -> int:
        """Keep a part until it is taken."""
        self._parts.append(bytes(part))
        return len(part)

    def drain(self) -> bytes:
        """What was written since the last call."""
        parts, self._parts = self._parts, []
        return b"".join(parts)


def _parquet(table: Sequence[Column], pages: Pages) -> Iterator[bytes]:
    """Loaded on demand: it takes 170 MB on disk, and few installations need it."""
    try:
        import pyarrow as arrow
        import pyarrow.parquet as parquet
    except ImportError:
        raise NoParquet from None
    types = _arrow_types(arrow)
    schema = arrow.schema([(column.name, types[column.kind]) for column in table])

    def parts() -> Iterator[bytes]:
        sink = _Sink()
        with parquet.ParquetWriter(sink, schema, compression="zstd") as writer:
            for rows in _groups(pages):
                writer.write_batch(arrow.record_batch(_arrays(arrow, table, schema, rows), schema))
                yield sink.drain()
        yield sink.drain()

    return parts()


def _arrow_types(arrow: Any) -> Mapping[Kind, Any]:
    return {
        Kind.TEXT: arrow.string(),
        Kind.JSON: arrow.string(),
        Kind.INTEGER: arrow.int64(),
        Kind.NUMBER: arrow.float64(),
        Kind.FLAG: arrow.bool_(),
        Kind.DATE: arrow.date32(),
        Kind.TIME: arrow.timestamp("us", tz="UTC"),
    }


def _groups(pages: Pages) -> Iterator[list[Row]]:
    rows: list[Row] = []
    for page in pages:
        rows += page
        if len(rows) >= ROW_GROUP:
            yield rows
            rows = []
    if rows:
        yield rows


def _arrays(arrow: Any, table: Sequence[Column], schema: Any, rows: Sequence[Row]) -> Sequence[Any]:
    return [
        arrow.array([_stored(column.kind, row[at]) for row in rows], schema.field(at).type)
        for at, column in enumerate(table)
    ]


def _stored(kind: Kind, value: Any) -> Any:
    if value is None:
        return None
    if kind is Kind.TEXT:
        return str(value)
    return _json(value) if kind is Kind.JSON else value


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
