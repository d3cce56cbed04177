"""What foreign keys say about rows that refer to one which is deleted, or gets another key.

DuckDB has none of these actions. A write leaves rows behind that refer to nothing; as there were
none before it, they are those that referred to what is gone. They are deleted or emptied in the
same transaction, which may leave others behind, until there are no more.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytuck.backends.duckdb import foreign_keys
from pytuck.backends.duckdb.foreign_keys import Definitions, Reference
from pytuck.backends.duckdb.reflection import reflect_table
from pytuck.common.exceptions import ConstraintError
from pytuck.compiler import Template, compile_statement
from pytuck.query import Delete, TableSource, Update, delete, update
from pytuck.schema import MISSING, ForeignKey, Table

if TYPE_CHECKING:
    from pytuck.backends.duckdb.connection import DuckDBConnection

_REFUSING = frozenset(["NO ACTION", "RESTRICT"])


@dataclass(frozen=True, slots=True)
class _Left:
    """A write that may leave rows behind.

    Attributes:
        columns: Those that got other values, in lower case; None if rows are gone.
    """

    table: str
    columns: frozenset[str] | None

    @classmethod
    def by(cls, template: Template) -> _Left:
        columns = frozenset(map(str.casefold, template.parameter_names))
        return cls(template.table or "", None if template.action == "delete" else columns)

    def action(self, key: ForeignKey) -> str | None:
        """Return what a foreign key says about it; None if that is to refuse, or nothing at all."""
        if key.target_table.casefold() != self.table.casefold():
            return None
        if self.columns is None:
            said = key.on_delete
        elif self.columns.isdisjoint(map(str.casefold, key.target_columns)):
            return None
        else:
            said = key.on_update
        return None if said in _REFUSING else said

    def after(self, reference: Reference, action: str) -> _Left:
        """Return what is left when the rows with a foreign key were dealt with in their turn."""
        table, key = reference
        is_gone = action == "CASCADE" and self.columns is None
        return _Left(table, None if is_gone else frozenset(map(str.casefold, key.columns)))


@contextmanager
def carried_out(
    connection: DuckDBConnection, template: Template, definitions: Definitions
) -> Iterator[None]:
    """Do, after the write in a `with` block, what foreign keys say about the rows it leaves behind.

    Raises:
        ConstraintError: Rows referred to nothing before; or a foreign key is to follow a key that
            gets another value, which is not done here.
    """
    written = _Left.by(template)
    concerned = _all_concerned(written, definitions)
    before = foreign_keys.count_orphans(connection, concerned, definitions)
    for table, count in before.items():
        if count:
            raise _lost_before(connection.path, table, count)
    yield
    waiting = [written]
    while waiting:
        left = waiting.pop()
        for reference, action in _said(left, definitions):
            if _act(connection, reference, action, left, definitions):
                waiting.append(left.after(reference, action))


def is_needed(template: Template, definitions: Definitions) -> bool:
    """Return whether a foreign key says anything about what a write may leave behind."""
    return template.action in {"delete", "update"} and any(_said(_Left.by(template), definitions))


def _said(left: _Left, definitions: Definitions) -> Iterator[tuple[Reference, str]]:
    for name, definition in definitions.items():
        for key in definition.foreign_keys:
            action = left.action(key)
            if action is not None:
                yield (name, key), action


def _all_concerned(written: _Left, definitions: Definitions) -> list[Reference]:
    """Return all foreign keys whose rows the write may change, directly or by way of others."""
    found: dict[Reference, None] = {}
    seen, waiting = {written}, [written]
    while waiting:
        left = waiting.pop()
        for reference, action in _said(left, definitions):
            found[reference] = None
            following = left.after(reference, action)
            if following not in seen:
                seen.add(following)
                waiting.append(following)
    return list(found)


def _act(
    connection: DuckDBConnection,
    reference: Reference,
    action: str,
    left: _Left,
    definitions: Definitions,
) -> int:
    """Deal with the rows that refer to nothing; return how many there were."""
    if action == "CASCADE" and left.columns is not None:
        if foreign_keys.count_orphans(connection, [reference], definitions)[reference[0]]:
            raise _cannot_follow(reference)
        return 0
    table = reflect_table(connection, reference[0])
    child = TableSource(table)
    condition = foreign_keys.refers_to_nothing(child, reference, definitions)
    statement: Delete[object] | Update[object]
    if action == "CASCADE":
        statement = delete(child).where(condition)
    else:
        values = _values(table, reference[1], is_default=action == "SET DEFAULT")
        statement = update(child).values(values).where(condition)
    return connection.execute(compile_statement(statement, connection.dialect)).row_count


def _values(table: Table, key: ForeignKey, *, is_default: bool) -> dict[str, object]:
    values: dict[str, object] = {}
    for name in key.columns:
        column = table.column(name)
        has_default = is_default and column.default is not MISSING
        values[column.name] = column.default if has_default else None
    return values


def _lost_before(path: str, table: str, count: int) -> ConstraintError:
    return ConstraintError(
        f"{count} rows of table '{table}' in '{path}' refer to rows that do not exist, so that it "
        "cannot be told which ones are to follow. Change or delete them first.",
        table_name=table,
        details={"constraint": "foreign key"},
    )


def _cannot_follow(reference: Reference) -> ConstraintError:
    table, key = reference
    columns = ", ".join(key.columns)
    return ConstraintError(
        f"Rows of table '{table}' refer by ({columns}) to a key of '{key.target_table}' that would "
        "change. On DuckDB they do not follow (ON UPDATE CASCADE): insert the row with its new "
        f"key, have the rows of '{table}' refer to it, and delete the old one.",
        table_name=table,
        details={"constraint": "foreign key"},
    )
