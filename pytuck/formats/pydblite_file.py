"""One file of PyDbLite, which is one table: five pickles, and behind them what we say of it."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from pytuck.common.exceptions import (
    CorruptFileError,
    EmptyFileError,
    FileFormatError,
    SchemaError,
    TruncatedFileError,
)
from pytuck.common.progress import Work
from pytuck.formats.base import (
    BATCH_ROWS,
    Overrides,
    StoredRow,
    TableStream,
)
from pytuck.formats.json_inference import RecordInference
from pytuck.formats.native_cells import NativeCells
from pytuck.formats.pickle_values import RefusedPickleError, checked, with_text_keys
from pytuck.formats.restricted_pickle import PickleStream
from pytuck.formats.usable_names import usable_names
from pytuck.schema import Table
from pytuck.schema.json_form import table_from_json

MAGIC = b"PYTUCK\0\1"
TAIL = struct.Struct("<Q8s")
"""The last bytes of a file of ours: where its description begins, and that it is one."""


class PydbliteFile:
    """One file, read twice where its types must be found out."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file = file
        self._path = path
        self.fields: list[str] = []
        self.next_id = 0
        self._is_ours = False

    def own_schema(self) -> dict[str, Any] | None:
        """Return what we wrote behind the pickles; None where nothing of ours is there."""
        size = self._file.seek(0, os.SEEK_END)
        self._file.seek(max(0, size - TAIL.size))
        tail = self._file.read(TAIL.size)
        if len(tail) < TAIL.size or not tail.endswith(MAGIC):
            return None
        start, _ = TAIL.unpack(tail)
        if start > size:
            raise self._damaged("its last bytes lead nowhere")
        self._file.seek(start)
        try:
            found = checked(PickleStream(self._file).load())
        except RefusedPickleError as err:
            self._fail(err)
        self._is_ours = True
        return found if isinstance(found, dict) else None

    def read_fields(self) -> None:
        """Read the names of the fields."""
        try:
            self._stream_at_records()
        except RefusedPickleError as err:
            self._fail(err)

    def described_table(self, name: str, schema: object) -> Table:
        """Return the table that its description says."""
        if not isinstance(schema, dict):
            raise self._damaged("its schema is none")
        try:
            return table_from_json(name, schema)
        except SchemaError as err:
            raise self._damaged(err.message) from err

    def own_rows(self, table: Table, count: object, work: Work) -> Iterator[list[StoredRow]]:
        """Give the rows of a table that we wrote."""
        cells = NativeCells(table, self._path)
        done = 0
        total = count if isinstance(count, int) else None
        for records in self._records():
            try:
                values = [_row_of(self.fields, record) for record in records]
            except KeyError as err:
                raise self._damaged(f"record {done + 1} lacks the field {err}") from err
            for start in range(0, len(values), BATCH_ROWS):
                part = values[start : start + BATCH_ROWS]
                yield list(cells.decode(part, done + 1))
                done += len(part)
                work.step("reading", table.name, done, total)
        if total is not None and done != total:
            raise self._damaged(f"it has {done} records in place of {total}")

    def inferred(self, name: str, overrides: Overrides, work: Work) -> TableStream:
        """Return the table of a file of somebody else."""
        columns, notes = usable_names(self.fields)
        inference = RecordInference(
            name,
            overrides.types.get(name, {}),
            self._path,
            is_sample=overrides.sample_rows is not None,
        )
        seen = 0
        inference.look_at([dict.fromkeys(self.fields)])
        for records in self._records():
            inference.look_at([_fields_of(self.fields, record) for record in records])
            seen += len(records)
            work.step("reading", name, seen)
            if overrides.sample_rows is not None and seen >= overrides.sample_rows:
                break
        table = inference.table(columns)
        return TableStream(
            table, self._foreign_rows(inference, name, work), None, True, tuple(notes)
        )

    def _foreign_rows(
        self, inference: RecordInference, name: str, work: Work
    ) -> Iterator[list[StoredRow]]:
        done = 0
        for records in self._records():
            for start in range(0, len(records), BATCH_ROWS):
                part = [
                    _fields_of(self.fields, record)
                    for record in records[start : start + BATCH_ROWS]
                ]
                yield list(inference.rows(part, done + 1))
                done += len(part)
                work.step("reading", name, done)

    def _stream_at_records(self) -> PickleStream:
        self._file.seek(0)
        stream = PickleStream(self._file)
        if stream.is_at_end():
            raise EmptyFileError(f"'{self._path}' is empty.", details=self._details())
        fields, next_id = stream.load(), stream.load()
        is_named = isinstance(fields, list) and all(isinstance(name, str) for name in fields)
        if not is_named or not isinstance(next_id, int):
            raise FileFormatError(
                f"'{self._path}' is no file of PyDbLite: it does not begin with names of fields.",
                details=self._details(),
            )
        if len(set(fields)) < len(fields):
            raise self._damaged("two fields have the same name")
        self.fields, self.next_id = fields, next_id
        return stream

    def _records(self) -> Iterator[list[dict[str, Any]]]:
        try:
            stream = self._stream_at_records()
            for items in stream.load_items():
                records = [record for _, record in items]
                if set(map(type, records)) - {dict}:
                    raise self._damaged("a record is no dictionary")
                for value in chain.from_iterable(map(dict.values, records)):
                    if type(value) in _CONTAINERS:
                        checked(value)
                yield records
            stream.load()  # indices
            if not stream.is_at_end():
                stream.load()  # default values, which old files lack
            if not stream.is_at_end() and not self._is_ours:
                raise TruncatedFileError(
                    f"The end of '{self._path}' is missing: the description of the table is cut. "
                    "Restore it from a backup.",
                    details=self._details(),
                )
        except RefusedPickleError as err:
            self._fail(err)

    def _details(self) -> dict[str, str | int]:
        return {"path": str(self._path)}

    def _damaged(self, reason: str) -> CorruptFileError:
        return CorruptFileError(
            f"'{self._path}' is damaged: {reason}. Restore it from a backup.",
            details=self._details(),
        )

    def _fail(self, err: RefusedPickleError) -> NoReturn:
        kind = TruncatedFileError if err.is_truncated else CorruptFileError
        raise kind(
            f"'{self._path}' cannot be read at byte {err.position}: {err}. Nothing in it was run. "
            "Restore it from a backup, or have its author save plain values only.",
            details={**self._details(), "position": err.position},
        ) from err


_CONTAINERS = {list, dict, tuple}


def _row_of(fields: list[str], record: dict[str, Any]) -> tuple[Any, ...]:
    return tuple([record[name] for name in fields])


def _fields_of(fields: list[str], record: dict[str, Any]) -> dict[str, Any]:
    return {name: with_text_keys(record.get(name)) for name in fields}
