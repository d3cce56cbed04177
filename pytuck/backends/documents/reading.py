"""How a document is read as a whole into a private database."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from pytuck.backends.documents.document import Document
from pytuck.backends.documents.file_state import FileState
from pytuck.backends.opening import OpeningPlan, connect
from pytuck.backends.reflection import tables_in_order
from pytuck.backends.sqlite_changes import StructureChanges
from pytuck.backends.sqlite_connection import SqliteConnection
from pytuck.backends.table_copying import create_and_fill, telling_of_contradictions
from pytuck.common.exceptions import PytuckException
from pytuck.common.progress import Work
from pytuck.formats.base import Layout, TableStream
from pytuck.schema import Table

_FEW_READINGS = 3
"""At least so often a file is read that somebody saves each time meanwhile."""


@dataclass(slots=True)
class ReadDocument:
    """What was read of a document.

    Attributes:
        connection: To the private database with its rows.
        state: What tells that somebody else has changed the file; None while there is none.
        layout: How it is laid out.
        tables: Its tables, by name.
        notes: What a person should know about how it was read, by table.
        inferred: The tables whose types were found out from their values.
    """

    connection: SqliteConnection
    state: FileState | None = None
    layout: Layout | None = None
    tables: dict[str, Table] = field(default_factory=dict)
    notes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    inferred: set[str] = field(default_factory=set)


def read_document(
    document: Document,
    plan: OpeningPlan,
    prepare: Callable[[SqliteConnection], None],
    work: Work,
) -> ReadDocument:
    """Read a document into a new private database; one that is not there yet has no tables.

    Formats open several files, or one file several times: if somebody saves it in between, what
    was read may be of two states, and is read again. A file that changes all of the time, such as
    a log, is taken as it is in the end.

    Args:
        plan: How the private database is opened; nothing stands at its path, or nothing of worth.
        prepare: Gives the empty database what it begins with.

    Raises:
        SerializationError: The file is damaged or of another kind.
    """
    give_up = time.monotonic() + plan.timeout_s
    for readings in count(1):
        is_last = readings >= _FEW_READINGS and time.monotonic() > give_up
        state = FileState.of(document.path)
        try:
            found = _read_once(document, plan, prepare, work, state)
        except (PytuckException, OSError):  # a file that was there a moment ago is gone
            if is_last or FileState.of(document.path) == state:
                raise
            continue
        if is_last or FileState.of(document.path) == state:
            break
        found.connection.close()
    return found


def _read_once(
    document: Document,
    plan: OpeningPlan,
    prepare: Callable[[SqliteConnection], None],
    work: Work,
    state: FileState | None,
) -> ReadDocument:
    Path(plan.name).unlink(missing_ok=True)
    connection = connect(replace(plan, is_read_only=False), create=True)
    try:
        connection.pragma("journal_mode", "MEMORY")  # nobody else is there yet
        prepare(connection)
        found = ReadDocument(connection, state)
        if _exists(document.path):
            _read(document, found, work)
    except BaseException:
        connection.close()
        raise
    return found


def _read(document: Document, found: ReadDocument, work: Work) -> None:
    connection = found.connection
    overrides = replace(document.overrides, may_repeat=True)
    reading = document.format.read(document.path, document.options, overrides=overrides, work=work)
    with telling_of_contradictions(document.path), reading, connection.structure_transaction():
        changes = StructureChanges(connection)
        create_and_fill(connection, changes.apply, _noting(reading, found), work)
    found.layout = reading.layout
    tables = tables_in_order(connection, with_revisions=True)
    found.tables = {table.name: table for table in tables}


def _noting(streams: Iterable[TableStream], found: ReadDocument) -> Iterator[TableStream]:
    for stream in streams:
        yield stream
        if stream.notes:  # some come with the rows
            found.notes[stream.table.name] = tuple(stream.notes)
        if stream.is_inferred:
            found.inferred.add(stream.table.name)


def _exists(path: Path) -> bool:
    """Return whether there is anything to read, even if it turns out to be nothing readable."""
    return path.is_file() or (path.is_dir() and any(path.iterdir()))
