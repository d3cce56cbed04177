"""The tables of an open database by name, whether or not there are models of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pytuck import schema
from pytuck.common.exceptions import QueryError, TableNotFoundError
from pytuck.core.columns import Column
from pytuck.core.instance_values import ROWID
from pytuck.query import Condition, TableSource, and_

if TYPE_CHECKING:
    from pytuck.core.storage import Storage


class Table(TableSource):
    """A table of an open database: `c` has its columns for statements, `schema` its structure."""

    def __init__(self, structure: schema.Table, storage: Storage) -> None:
        super().__init__(structure)
        self._storage = storage

    @property
    def columns(self) -> dict[str, Column[Any]]:  # type: ignore[override]
        """The columns by name, in their order, as a model would declare them."""
        return {column.name: Column.of_table(self.schema, column) for column in self.schema.columns}

    @property
    def indexes(self) -> dict[str, schema.Index]:
        """The indexes of single columns, by column."""
        return {index.columns[0]: index for index in self.schema.indexes if len(index.columns) == 1}

    @property
    def record_count(self) -> int:
        """How many rows there are."""
        return self._storage.count_rows(self.name)

    def get(self, pk: object) -> dict[str, Any]:
        """Return the row with this key.

        Raises:
            RecordNotFoundError: There is none.
        """
        return self._storage.select(self.name, pk)

    def has_pk(self, pk: object) -> bool:
        """Return whether there is a row with this key."""
        return bool(self._storage.query(self.name, [has_key(self, pk)], limit=1))

    def all_pks(self) -> list[Any]:
        """Return the keys of all rows."""
        return [key for key, _ in self.scan()]

    def scan(self) -> Iterator[tuple[Any, dict[str, Any]]]:
        """Yield the key and the values of each row."""
        names = self.schema.primary_key or (ROWID,)
        for row in self._storage.query(self.name, []):
            key = tuple(row.get(name) for name in names)
            yield key if len(key) > 1 else key[0], row

    def insert(self, record: Mapping[str, object]) -> Any:
        """Add a row and return its key."""
        return self._storage.insert(self.name, record)

    def update(self, pk: object, record: Mapping[str, object]) -> None:
        """Change some columns of the row with this key."""
        self._storage.update(self.name, pk, record)

    def delete(self, pk: object) -> None:
        """Delete the row with this key."""
        self._storage.delete(self.name, pk)

    def bulk_insert(self, records: Iterable[Mapping[str, object]]) -> list[Any]:
        """Add rows, all or none, and return their keys."""
        return self._storage.bulk_insert(self.name, records)

    def bulk_update(self, updates: Iterable[tuple[object, Mapping[str, object]]]) -> int:
        """Change rows given by key and new values, all or none."""
        return self._storage.bulk_update(self.name, updates)


class Tables(Mapping[str, Table]):
    """The tables of a database by name, each read when it is first asked for."""

    def __init__(self, storage: Any, known: dict[str, Table]) -> None:
        self._storage = storage
        self._known = known

    def __getitem__(self, name: str) -> Table:
        found = self._known.get(name)
        if found is None:
            storage = self._storage
            structure = storage.engine.reflect(name, storage.transaction_connection)
            found = self._known[name] = Table(structure, storage)
        return found

    def get(self, name: str, default: Any = None) -> Any:
        """Return a table, or `default` if there is none of this name."""
        try:
            return self[name]
        except TableNotFoundError:
            return default

    def __contains__(self, name: object) -> bool:
        return name in self._names()

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())

    def _names(self) -> list[str]:
        names: list[str] = self._storage.engine.table_names(self._storage.transaction_connection)
        return names


def has_key(source: TableSource, pk: object) -> Condition:
    """Return the condition that a row has this primary key, or this row id.

    Raises:
        QueryError: The key has another number of columns.
        TypeConversionError: A part of it does not fit its column.
    """
    key = source.schema.primary_key
    if not key:
        return source.rowid == pk
    parts = pk if isinstance(pk, (tuple, list)) and len(key) > 1 else (pk,)
    if len(parts) != len(key):
        raise QueryError(
            f"The primary key of '{source.name}' is ({', '.join(key)}); {pk!r} does not fit.",
            table_name=source.name,
        )
    return and_(*(source.c[name] == part for name, part in zip(key, parts, strict=True)))
