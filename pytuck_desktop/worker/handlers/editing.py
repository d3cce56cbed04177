"""The one operation that writes."""

from __future__ import annotations

from pytuck.common.exceptions import ConflictError, PytuckException, QueryError
from pytuck.compiler import compile_statement
from pytuck.compiler.script import inserts, with_values
from pytuck.core import Storage
from pytuck.query import Insert, Select, Statement
from pytuck.query.json_form import load
from pytuck_desktop.worker.handlers.open_file import OpenFile
from pytuck_desktop.worker.protocol import Plain


class EditFailedError(ConflictError):
    """Staged edits cannot be written; nothing of them was."""

    code = "PT-2403"


def apply(file: OpenFile, arguments: dict[str, Plain]) -> Plain:
    """Run statements in one transaction; each must hit just the rows it expects.

    Returns:
        For each statement what it gave back: the keys of new rows.

    Raises:
        EditFailedError: A row was changed or deleted by somebody else. `conflicts` has the
            places of the statements that missed.
        PytuckException: What the database refused; `edit` has the place of the statement.
    """
    storage = file.storage
    edits = [(_write(edit), int(edit["expected"])) for edit in arguments["edits"]]
    with storage.transaction():
        given, missed = _run_all(storage, edits)
        if missed:
            raise EditFailedError(
                f"{len(missed)} of {len(edits)} changes were not saved, because somebody else has "
                "changed or deleted these rows since. Nothing was saved; look at the rows again.",
                details={"conflicts": ",".join(map(str, missed))},
            )
    # The window reads all rows anew after a save of its own. A document may have been read again
    # for it, with other tables than before.
    _, has_new_schema = storage.poll_changes()
    file.refresh_views()
    if has_new_schema:
        file.tell_changed(has_new_schema=True)
    file.tell_progress()
    return given


def statement_texts(file: OpenFile, arguments: dict[str, Plain]) -> Plain:
    """Return statements as text with their values, cut where they are longer than is asked for."""
    dialect, longest = file.storage.engine.dialect, arguments["longest"]
    compiled = [compile_statement(load(plain), dialect) for plain in arguments["statements"]]
    return [
        f"{with_values(one.template.sql, one.parameters[0], dialect, longest)};" for one in compiled
    ]


def insert_texts(file: OpenFile, arguments: dict[str, Plain]) -> Plain:
    """Return the statements that insert rows of stored values, as text."""
    dialect, name = file.storage.engine.dialect, str(arguments["table"])
    return "".join(inserts(name, arguments["columns"], arguments["rows"], dialect))


def _run_all(storage: Storage, edits: list[tuple[Statement, int]]) -> tuple[list[Plain], list[int]]:
    given: list[Plain] = []
    missed: list[int] = []
    for place, (statement, expected) in enumerate(edits):
        try:
            result = storage.execute(statement)
        except PytuckException as err:
            err.details["edit"] = place
            raise
        if result.rowcount() != expected:
            missed.append(place)
        rows = result.raw() if isinstance(statement, Insert) else []
        given.append(list(rows[0]) if rows else None)
    return given, missed


def _write(edit: dict[str, Plain]) -> Statement:
    statement = load(edit["statement"])
    if isinstance(statement, Select):
        raise QueryError("A select changes nothing.")
    return statement
