"""What every connector to a foreign database can do."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self

from pytuck.backends import Connection, Engine, open_engine
from pytuck.common.exceptions import (
    DatabaseConnectionError,
    TableNotFoundError,
    TypeConversionError,
    UnsupportedOperationError,
)
from pytuck.common.options import BackendOptions, ConnectorOptions, get_default_connector_options
from pytuck.compiler import compile_statement, text_parts
from pytuck.connectors.answers import RawRows
from pytuck.query import Statement, TableSource, Update, delete, insert, select, update
from pytuck.schema import Column, Table
from pytuck.types import TYPES, Stored, type_of

Record = dict[str, Any]


class DatabaseConnector:
    """A conversation with a database that other programs made, in plain records.

    What is written is durable when a method returns, but between `begin_transaction` and
    `commit_transaction`.

    Args:
        db_path: The file; it is made when it does not exist.
        options: Options of the connector.
    """

    DB_TYPE: ClassVar[str]

    def __init__(self, db_path: str | Path, options: ConnectorOptions | None = None) -> None:
        self.db_path = str(db_path)
        self.options = options or get_default_connector_options(self.DB_TYPE)
        self._engine: Engine | None = None
        self._connection: Connection | None = None

    # --- Opening and closing ---

    def connect(self) -> None:
        """Open the database.

        Raises:
            PytuckException: It cannot be opened.
        """
        if self._engine is not None:
            return
        self._engine = open_engine(
            Path(self.db_path).expanduser(),
            engine=self.DB_TYPE,
            timeout_s=self._timeout_s(),
            options=self._backend_options(),
        )
        self._connection = self._engine.acquire()

    def close(self) -> None:
        """Close the database; an open transaction is rolled back."""
        engine, connection = self._engine, self._connection
        self._engine = self._connection = None
        if engine is not None and connection is not None:
            engine.release(connection)
            engine.close()

    def is_connected(self) -> bool:
        """Return whether the database is open."""
        return self._engine is not None

    def __enter__(self) -> Self:
        self.connect()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    # --- Tables ---

    def get_table_names(self, exclude_system: bool = True) -> list[str]:
        """Return the names of the tables, without views.

        Args:
            exclude_system: Kept for the existing library's users: what a database keeps for
                itself is never listed.
        """
        engine, connection = self._opened()
        names = engine.table_names(connection)
        return [name for name in names if engine.reflect(name, connection).kind == "table"]

    def table_exists(self, table_name: str) -> bool:
        """Return whether there is a table of this name."""
        return table_name in self.get_table_names()

    def get_table_schema(self, table_name: str) -> tuple[list[Record], str | None]:
        """Return the columns of a table, and the name of its primary key.

        Each column has `name`, `type` (a Python class), `nullable`, `primary_key`, `comment` and
        `index`. Of a key of several columns the first one is named.

        Raises:
            TableNotFoundError: There is no such table.
        """
        table = self._table(table_name)
        indexed = {index.columns[0] for index in table.indexes if len(index.columns) == 1}
        columns = [
            {
                "name": column.name,
                "type": str if column.type.python_type is object else column.type.python_type,
                "nullable": column.nullable,
                "primary_key": column.primary_key,
                "comment": column.comment,
                "index": column.name in indexed,
            }
            for column in table.columns
        ]
        return columns, next(iter(table.primary_key), None)

    def create_table(
        self, table_name: str, columns: Sequence[Mapping[str, Any]], primary_key: str | None
    ) -> None:
        """Make a table of columns with `name`, `type`, and as they like `nullable`, `comment`."""
        engine, _ = self._opened()
        definitions = tuple(_column(column, primary_key) for column in columns)
        key = () if primary_key is None else (primary_key,)
        kinds = {column.name: column.type for column in definitions}
        is_rowid = primary_key is not None and kinds.get(primary_key) == TYPES[int]
        engine.create_table(
            Table(
                table_name,
                definitions,
                primary_key=key,
                rowid_alias=primary_key if is_rowid else None,
            )
        )

    def drop_table(self, table_name: str) -> None:
        """Delete a table, if there is one of this name."""
        if self.table_exists(table_name):
            self._opened()[0].drop_table(table_name)

    # --- Rows ---

    def get_table_data(self, table_name: str) -> list[Record]:
        """Return all rows of a table, as they are stored."""
        return self.query_rows(table_name)

    def insert_records(
        self, table_name: str, columns: Sequence[str], records: Iterable[Mapping[str, Any]]
    ) -> None:
        """Add rows, all or none; a column that a record does not have is NULL."""
        rows = [{name: record.get(name) for name in columns} for record in records]
        if rows:
            self._run(insert(self._source(table_name)).values_list(rows))

    def insert_row(self, table_name: str, data: Mapping[str, Any], pk_column: str) -> Any:
        """Add a row and return its key."""
        outcome = self._run(insert(self._source(table_name)).values(dict(data)))
        return data[pk_column] if data.get(pk_column) is not None else outcome.last_row_id

    def update_row(
        self, table_name: str, pk_column: str, pk_value: Any, data: Mapping[str, Any]
    ) -> int:
        """Change the row with a key; return how many rows that were."""
        source = self._source(table_name)
        changed: Update[Any] = (
            update(source).where(source.c[pk_column] == pk_value).values(dict(data))
        )
        return int(self._run(changed).row_count)

    def delete_row(self, table_name: str, pk_column: str, pk_value: Any) -> int:
        """Delete the row with a key; return how many rows that were."""
        source = self._source(table_name)
        return int(self._run(delete(source).where(source.c[pk_column] == pk_value)).row_count)

    def select_by_pk(
        self,
        table_name: str,
        pk_column: str,
        pk_value: Any,
        columns: Sequence[str] | None = None,
    ) -> Record | None:
        """Return the row with a key; None if there is none."""
        source = self._source(table_name)
        names = list(source.c.keys()) if columns is None else list(columns)
        question = select(*(source.c[name] for name in names))
        rows = self._run(question.where(source.c[pk_column] == pk_value).limit(1)).rows
        return self._records(source.schema, names, rows)[0] if rows else None

    def query_rows(  # noqa: PLR0917 - as users of the existing library call it
        self,
        table_name: str,
        where_clause: str | None = None,
        params: tuple[Any, ...] = (),
        columns: Sequence[str] | None = None,
        order_by: str | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> list[Record]:
        """Return rows of a table.

        Args:
            where_clause: SQL, with `?` for each of `params`.
            order_by: SQL as well.
        """
        _, connection = self._opened()
        table = self._table(table_name)
        names = [item.name for item in table.columns] if columns is None else list(columns)
        for name in names:
            table.column(name)
        sql = text_parts.rows_of_table(
            table.name,
            names,
            connection.dialect,
            condition=where_clause,
            order=order_by,
            limit=limit,
            offset=offset,
        )
        return self._records(table, names, connection.fetch(sql, _stored(params)))

    # --- SQL ---

    def execute(self, sql: str, params: Sequence[Any] = ()) -> RawRows:
        """Run SQL as it is given, and return its rows.

        Raises:
            PytuckException: What the database refused.
        """
        _, connection = self._opened()
        return RawRows(*connection.run_text(sql, _stored(params)))

    def executemany(self, sql: str, params_list: Iterable[Sequence[Any]]) -> None:
        """Run SQL as it is given for each set of parameters, all or none."""
        _, connection = self._opened()
        is_inner = connection.in_transaction
        with contextlib.nullcontext() if is_inner else connection.transaction():
            for params in params_list:
                connection.run_text(sql, _stored(params))

    # --- Transactions ---

    def commit(self) -> None:
        """Commit the open transaction, if there is one."""
        _, connection = self._opened()
        if connection.in_transaction:
            connection.commit()

    def supports_crud(self) -> bool:
        """Return whether single rows can be written: always here."""
        return True

    def begin_transaction(self) -> None:
        """Open a transaction."""
        self._opened()[1].begin()

    def commit_transaction(self) -> None:
        """Make the open transaction durable."""
        self.commit()

    def rollback_transaction(self) -> None:
        """Undo the open transaction, if there is one."""
        self._opened()[1].rollback()

    # --- What differs ---

    def _timeout_s(self) -> float:
        return float(getattr(self.options, "timeout", None) or 5.0)

    def _backend_options(self) -> BackendOptions | None:
        """Return the options of the engine."""
        return None

    def _records(
        self, table: Table, names: Sequence[str], rows: Iterable[Sequence[Stored]]
    ) -> list[Record]:
        """Return rows as records."""
        return [dict(zip(names, row, strict=True)) for row in rows]

    # --- The engine ---

    def _opened(self) -> tuple[Engine, Connection]:
        if self._engine is None or self._connection is None:
            raise DatabaseConnectionError(
                f"'{self.db_path}' is not connected. Call connect() first, or use it in a `with` "
                "block.",
                details={"path": self.db_path},
            )
        return self._engine, self._connection

    def _table(self, name: str) -> Table:
        engine, connection = self._opened()
        table = engine.reflect(name, connection)
        if table.kind != "table":
            raise TableNotFoundError(name)
        return table

    def _source(self, name: str) -> TableSource:
        return TableSource(self._table(name))

    def _run(self, statement: Statement) -> Any:
        _, connection = self._opened()
        return connection.execute(compile_statement(statement, connection.dialect))


def _column(given: Mapping[str, Any], primary_key: str | None) -> Column:
    name = str(given["name"])
    is_key = name == primary_key
    kind = type_of(given.get("type", str))
    return Column(
        name,
        kind,
        nullable=bool(given.get("nullable", True)) and not is_key,
        primary_key=is_key,
        autoincrement=is_key and kind == TYPES[int],
        comment=given.get("comment"),
    )


def _stored(params: Iterable[Any]) -> list[Stored]:
    """Return values that a program binds, as they are stored.

    Raises:
        UnsupportedOperationError: There is no form in which one is stored.
    """
    found: list[Stored] = []
    for value in params:
        kind = TYPES.get(type(value))
        if value is None or type(value) in {int, float, str, bytes}:
            found.append(value)
        elif kind is None:
            raise UnsupportedOperationError(f"{value!r} cannot be bound to a parameter.")
        else:
            found.append(kind.to_storage(value))
    return found


def typed(table: Table, names: Sequence[str], row: Sequence[Stored]) -> list[Any]:
    """Return a row as values of Python; what is not of its column's type as it is stored."""
    values: list[Any] = []
    for name, stored in zip(names, row, strict=True):
        try:
            values.append(table.column(name).type.from_storage(stored))
        except TypeConversionError:
            values.append(stored)
    return values
