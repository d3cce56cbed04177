"""What a change of the structure of a SQLite database must not do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pytuck import schema
from pytuck.backends.reflection import table_names
from pytuck.backends.sqlite_connection import SqliteConnection
from pytuck.common.exceptions import (
    ConstraintError,
    PytuckException,
    QueryError,
    SchemaError,
    TransactionError,
)
from pytuck.compiler.dialects import SQLITE, sqlite_changes
from pytuck.schema import Change

_MAY_BREAK_KEYS = (
    schema.DropTable,
    schema.AddColumn,
    schema.DropColumn,
    schema.AlterColumn,
    schema.SetPrimaryKey,
    schema.AddForeignKey,
    schema.DropUnique,
    schema.DropIndex,
)
"""Changes after which a foreign key may lead nowhere."""


@dataclass(frozen=True, slots=True)
class ChangeSafety:
    """Looks at rows, foreign keys, views and triggers before and after changes."""

    connection: SqliteConnection

    def refuse_cascade(self, change: Change) -> None:
        """Refuse a change that deletes rows which others refer to, where keys are enforced.

        Raises:
            TransactionError: Deleting the table would delete, or be refused by, those rows.
        """
        if not self.connection.pragma("foreign_keys"):
            return
        others = [name for name, target in self._references() if target == change.table.lower()]
        is_drop = isinstance(change, schema.DropTable)
        if is_drop:
            others = [name for name in others if name.lower() != change.table.lower()]
        if others:
            raise TransactionError(
                f"Rows of {', '.join(sorted(set(others)))} may refer to those of "
                f"'{change.table}', so the step '{change.describe()}' cannot be a part of an open "
                "transaction. Commit first, and do it outside.",
                details={"path": self.connection.path},
            )

    def refuse_newly_broken(self, before: set[str]) -> None:
        """Refuse changes after which a view or trigger fits no longer.

        Raises:
            SchemaError: There are more of those than `before`.
        """
        broken = sorted(self.broken() - before)
        if broken:
            raise SchemaError(
                f"{', '.join(broken)} would no longer work in '{self.connection.path}'. Drop or "
                "change that first.",
                details={"path": self.connection.path},
            )

    def broken(self) -> set[str]:
        """Return the views, and the tables with triggers, that do not fit the tables there are."""
        found = set()
        for row in self.connection.fetch(sqlite_changes.views_and_triggers()):
            kind, name, table = map(str, row)
            target = name if kind == "view" else table
            try:
                details = self.connection.pragma_rows("table_info", target)
                columns = [str(detail[1]) for detail in details]
                for sql in sqlite_changes.probes(kind, target, columns, SQLITE):
                    self.connection.compile(sql)
            except PytuckException:  # whatever it is, it says that it cannot be used
                found.add(f"the {kind} '{name}'")
        return found

    def referring(self, changes: Sequence[Change]) -> set[str]:
        """Return the tables whose foreign keys the changes may break."""
        touched = {change.table.lower() for change in changes if type(change) in _MAY_BREAK_KEYS}
        for change in (*changes, *reversed(changes)):  # under any of their names, before and after
            if isinstance(change, schema.RenameTable):
                names = {change.table.lower(), change.new_name.lower()}
                touched |= names if names & touched else set()
        return {
            name
            for name, target in (self._references() if touched else ())
            if target in touched or name.lower() in touched
        }

    def _references(self) -> Iterator[tuple[str, str]]:
        """Yield each table that refers to another, and the name of that in lower case."""
        for name in table_names(self.connection):
            for row in self.connection.pragma_rows("foreign_key_list", name):
                yield name, str(row[2]).lower()

    def dangling(self, tables: set[str]) -> Counter[str]:
        """Return how many rows of each table refer to rows that do not exist.

        Raises:
            SchemaError: A foreign key leads to columns that are not unique.
        """
        # Thousands of tables may be made one by one, where nothing refers to anything yet.
        there = set(table_names(self.connection)) if tables else set()
        found: Counter[str] = Counter()
        for name in tables & there:
            try:
                found[name] = len(self.connection.pragma_rows("foreign_key_check", name))
            except QueryError as err:
                raise SchemaError(
                    f"A foreign key of '{name}' leads to columns that are neither the primary key "
                    f"nor unique: {err.message}",
                    table_name=name,
                ) from err
        return found

    def refuse_newly_dangling(self, before: Counter[str], tables: set[str]) -> None:
        """Refuse changes after which more rows refer to rows that do not exist.

        Raises:
            ConstraintError: There are more of those than `before`.
        """
        for name, count in self.dangling(tables).items():
            if count > before[name]:
                raise ConstraintError(
                    f"{count - before[name]} rows of table '{name}' would refer to rows that do "
                    "not exist. Change or delete them first.",
                    table_name=name,
                    details={"constraint": "foreign key"},
                )
