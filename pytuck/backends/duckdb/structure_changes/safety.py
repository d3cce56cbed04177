"""What a change of the structure of a DuckDB database must not do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from pytuck import schema
from pytuck.backends.duckdb import foreign_keys
from pytuck.backends.duckdb.connection import DuckDBConnection
from pytuck.backends.duckdb.foreign_keys import Reference
from pytuck.backends.duckdb.reflection import reflect_table
from pytuck.common.exceptions import (
    ConstraintError,
    PytuckException,
    SchemaError,
    TableNotFoundError,
)
from pytuck.compiler import duckdb_structure
from pytuck.compiler.dialects import duckdb_changes
from pytuck.schema import Change, Table

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

_MAY_BREAK_VIEWS = (
    schema.DropTable,
    schema.RenameTable,
    schema.DropColumn,
    schema.RenameColumn,
    schema.AlterColumn,
)


@dataclass(frozen=True, slots=True)
class ChangeSafety:
    """Looks at foreign keys and views before and after changes."""

    connection: DuckDBConnection

    @contextmanager
    def watching(self, changes: Sequence[Change]) -> Iterator[None]:
        """Refuse what is done in a `with` block if foreign keys or views no longer fit after it.

        Raises:
            SchemaError: A view would no longer work, or a foreign key lead to columns that are
                not unique.
            ConstraintError: Rows would refer to rows that do not exist.
        """
        touched = _touched(changes)
        misled = self._misled(touched)
        orphans = self._orphans(touched, misled)
        yield
        misled_after = self._misled(touched)
        if len(misled_after) > len(misled):
            raise _leads_nowhere(misled_after[-1])
        before = {_name_after(changes, name): count for name, count in orphans.items()}
        self._refuse_orphans(self._orphans(touched, misled_after), before)
        if any(isinstance(change, _MAY_BREAK_VIEWS) for change in changes):
            self._refuse_broken_views()

    # --- Foreign keys ---

    def _references(self, touched: set[str]) -> list[Reference]:
        if not touched:
            return []
        return [
            (name, key)
            for name, kept in self.connection.definitions().items()
            for key in kept.foreign_keys
            if touched & {name.casefold(), key.target_table.casefold()}
        ]

    def _misled(self, touched: set[str]) -> list[Reference]:
        """Return the foreign keys that do not lead to a key."""
        tables: dict[str, Table | None] = {}

        def table(name: str) -> Table | None:
            if name not in tables:
                try:
                    tables[name] = reflect_table(self.connection, name)
                except TableNotFoundError:  # it may be made later
                    tables[name] = None
            return tables[name]

        found: list[Reference] = []
        for name, key in self._references(touched):
            target = table(key.target_table)
            if target is not None and not _leads_to_key(key, target):
                found.append((name, key))
        return found

    def _orphans(self, touched: set[str], misled: list[Reference]) -> dict[str, int]:
        there = {name.casefold() for name in self.connection.all_tables()} if touched else set()
        references = [
            (name, key)
            for name, key in self._references(touched)
            if (name, key) not in misled and key.target_table.casefold() in there
        ]
        return foreign_keys.count_orphans(
            self.connection, references, self.connection.definitions()
        )

    def _refuse_orphans(self, orphans: dict[str, int], before: dict[str, int]) -> None:
        for name, count in orphans.items():
            more = count - before.get(name, 0)
            if more > 0:
                raise ConstraintError(
                    f"{more} rows of table '{name}' would refer to rows that do not exist. Change "
                    "or delete them first.",
                    table_name=name,
                    details={"constraint": "foreign key"},
                )

    # --- Views ---

    def _refuse_broken_views(self) -> None:
        """Refuse the state of the tables if a view that fitted them does so no longer.

        Another connection says which did before, since a question that fails ends a transaction.
        """
        for name, _ in self.connection.fetch(duckdb_structure.VIEWS):
            view = str(name)
            probe = duckdb_changes.probe(view)
            if not self.connection.would_run_for_others(probe):
                continue
            try:
                self.connection.fetch(probe)
            except PytuckException as err:  # whatever it is, it says that it cannot be used
                raise SchemaError(
                    f"the view '{view}' would no longer work in '{self.connection.path}'. Drop or "
                    f"change that first. ({err.message})",
                    details={"path": self.connection.path},
                ) from err


def _touched(changes: Sequence[Change]) -> set[str]:
    """Return the tables whose foreign keys the changes may break, under all of their names."""
    touched = {change.table.casefold() for change in changes if type(change) in _MAY_BREAK_KEYS}
    for change in (*changes, *reversed(changes)):
        if isinstance(change, schema.RenameTable):
            names = {change.table.casefold(), change.new_name.casefold()}
            touched |= names if names & touched else set()
    return touched


def _name_after(changes: Sequence[Change], name: str) -> str:
    for change in changes:
        if isinstance(change, schema.RenameTable) and change.table.casefold() == name.casefold():
            name = change.new_name
    return name


def _leads_nowhere(reference: Reference) -> SchemaError:
    name, key = reference
    return SchemaError(
        f"A foreign key of '{name}' leads to columns that are neither the primary key nor unique: "
        f"{key.target_table} ({', '.join(key.target_columns)}).",
        table_name=name,
    )


def _leads_to_key(key: schema.ForeignKey, target: Table) -> bool:
    unique = [target.primary_key, *(index.columns for index in target.indexes if index.is_unique)]
    unique += [(column.name,) for column in target.columns if column.unique]
    names = sorted(map(str.casefold, key.target_columns))
    return names in [sorted(map(str.casefold, group)) for group in unique]
