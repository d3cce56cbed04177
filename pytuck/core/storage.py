"""`Storage`: an open database."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self

from pytuck import schema
from pytuck.backends import (
    Connection,
    CursorResult,
    Engine,
    EngineInfo,
    Result,
    memory_engine,
    open_engine,
)
from pytuck.backends.paging import RowOrder
from pytuck.common.exceptions import (
    ConfigurationError,
    QueryError,
    RecordNotFoundError,
    SchemaError,
    TableNotFoundError,
)
from pytuck.common.options import (
    BackendOptions,
    Durability,
    PytuckBackendOptions,
    SqliteBackendOptions,
)
from pytuck.compiler import compile_statement
from pytuck.core import table_queries
from pytuck.core.columns import Column, table_from_columns
from pytuck.core.model_registry import ModelRegistry
from pytuck.core.transaction_parts import TransactionPart, TransactionParts
from pytuck.events import event
from pytuck.query import (
    Condition,
    Delete,
    Insert,
    Select,
    Statement,
    TableSource,
    Update,
    and_,
    count_of,
    delete,
    insert,
    select,
    update,
)


class Storage:
    """An open database: the user's handle.

    Args:
        file_path: The file; none means in memory. It is made if it does not exist.
        in_memory: Keep everything in memory, whatever the path.
        engine: `"pytuck"` or `"sqlite"`; found from the file's content if not given.
        auto_flush: Accepted for the old library's users; commits are durable here anyway.
        backend_options: Options of the engine.
        read_only: Refuse every write.
        create: Make the file if there is none.
        password: Opens an encrypted file, or encrypts a new one.
        timeout_s: Seconds to wait while another program writes.
        durability: When a commit counts as done.

    Raises:
        FileMissingError: There is no file, and none may be made.
        NotAFileError, EmptyFileError, TruncatedFileError, FileFormatError, FilePermissionError:
            What stands there is no database, or may not be read.
        PasswordRequiredError, WrongPasswordError: The file is encrypted.
        LockTimeout: Another program has the file for itself.
    """

    __event_family__: ClassVar[str] = "storage"

    def __init__(
        self,
        file_path: str | Path | None = None,
        in_memory: bool = False,
        engine: str | None = None,
        auto_flush: bool = False,
        backend_options: BackendOptions | None = None,
        *,
        read_only: bool = False,
        create: bool = True,
        password: str | None = None,
        timeout_s: float = 5.0,
        durability: Durability = "full",
    ) -> None:
        self.in_memory = in_memory or file_path is None
        self.file_path = None if self.in_memory else Path(str(file_path)).expanduser()
        self.auto_flush = auto_flush
        event.tell(self, "before_load")
        if self.file_path is None:
            self._engine = memory_engine(engine)
        else:
            password, timeout_s = _apply_options(backend_options, password, timeout_s)
            self._engine = open_engine(
                self.file_path,
                engine=engine,
                read_only=read_only,
                create=create,
                password=password,
                timeout_s=timeout_s,
                durability=durability,
            )
        self.models = ModelRegistry()
        self._tables: dict[str, TableSource] = {}
        self._transaction = threading.local()
        self._seen_versions = self._engine.versions()
        try:
            event.tell(self, "after_load")
        except BaseException:
            self.close()
            raise

    # --- What is open ---

    @property
    def engine(self) -> Engine:
        """The engine that holds the data."""
        return self._engine

    @property
    def engine_name(self) -> str:
        """The engine's name."""
        return self._engine.name

    @property
    def is_native_sql_mode(self) -> bool:
        """Always true: every statement is run as SQL."""
        return True

    @property
    def is_read_only(self) -> bool:
        """Whether every write is refused."""
        return self._engine.read_only_reason is not None

    @property
    def read_only_reason(self) -> str | None:
        """Why nothing can be written: `asked`, `permission` or `newer format`; or None."""
        return self._engine.read_only_reason

    def info(self) -> EngineInfo:
        """Return what there is to know about the file."""
        return self._engine.info()

    def __repr__(self) -> str:
        where = "in memory" if self.in_memory else repr(str(self.file_path))
        return f"Storage({where}, engine={self.engine_name!r})"

    # --- Tables ---

    @property
    def tables(self) -> Mapping[str, TableSource]:
        """Every table and view by name, read from the database itself; models are not needed."""
        return _Tables(self._engine, self._tables)

    def get_table(self, name: str) -> TableSource:
        """Return a table.

        Raises:
            TableNotFoundError: There is none of this name.
        """
        return self.tables[name]

    def refresh_schema(self) -> None:
        """Forget what is known of the tables, so that it is read again."""
        self._tables.clear()

    def create_table(
        self, name: str, columns: Sequence[Column[Any]], comment: str | None = None
    ) -> None:
        """Create a table from columns, each with its `name`; nothing happens if it exists.

        Raises:
            SchemaError: The columns contradict one another.
            ReadOnlyError: The file is open for reading only.
        """
        self.ensure_table(table_from_columns(name, columns, comment))

    def ensure_table(self, table: schema.Table) -> None:
        """Create a table if there is none of its name; check that it has the columns if there is.

        Raises:
            SchemaError: The table exists and lacks a column.
            ReadOnlyError: It does not exist, and the file is open for reading only.
        """
        try:
            found = self._engine.reflect(table.name)
        except TableNotFoundError:
            self._engine.create_table(table)
            self._tables.pop(table.name, None)
            return
        known = {column.name.lower() for column in found.columns}
        missing = [column.name for column in table.columns if column.name.lower() not in known]
        if missing:
            raise SchemaError(
                f"Table '{table.name}' of '{self._engine.info().path}' has no column "
                f"{', '.join(missing)}, which the model declares. Add the column to the table "
                "or take it out of the model.",
                table_name=table.name,
            )

    def drop_table(self, name: str) -> None:
        """Delete a table with its rows.

        Raises:
            TableNotFoundError: There is none of this name.
        """
        self._engine.reflect(name)
        self._engine.drop_table(name)
        self._tables.pop(name, None)

    # --- Statements ---

    def execute(self, statement: Statement) -> Result[Any]:
        """Run a statement, in the transaction of `transaction()` if one is open.

        Raises:
            PytuckException: What the database refused.
        """
        compiled = compile_statement(statement, self._engine.dialect)
        connection = self.transaction_connection
        if connection is None and compiled.template.is_write:
            event.tell(self, "before_save")
            outcome = self._engine.execute(compiled)
            event.tell(self, "after_save")
        elif connection is None:
            outcome = self._engine.execute(compiled)
        else:
            outcome = connection.execute(compiled)
        if isinstance(statement, Select):
            return Result(compiled.template, outcome)
        key = outcome.last_row_id if isinstance(statement, Insert) else None
        return CursorResult(compiled.template, outcome, inserted_key=key)

    @property
    def transaction_connection(self) -> Connection | None:
        """The connection of this thread's `transaction()`; None outside of one."""
        connection: Connection | None = getattr(self._transaction, "connection", None)
        return connection

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Self]:
        """Commit everything `execute` does inside, or undo all of it on an exception; nests."""
        connection = self.transaction_connection
        if connection is not None:
            with self._transaction.parts.following(), connection.transaction():
                yield self
            return
        parts = self._transaction.parts = TransactionParts()
        with parts.following(), self._engine.connection() as connection:
            self._transaction.connection = connection
            try:
                with connection.transaction():
                    yield self
                    event.tell(self, "before_save")
            finally:
                self._transaction.connection = None
        parts.settle()
        event.tell(self, "after_save")

    def join_transaction(self, part: TransactionPart) -> None:
        """Have a session follow what becomes of this thread's `transaction()`."""
        self._transaction.parts.join(part)

    def row_order(self, statement: Select[Any]) -> RowOrder:
        """Return the rows of a question by position, for scrolling through millions of them."""
        return RowOrder(self._engine, statement)

    # --- Rows as dictionaries ---

    def insert(self, table: str, data: Mapping[str, object]) -> Any:
        """Add a row given by column names and return its primary key, or its row id.

        Raises:
            DuplicateKeyError: A row with this key exists.
            ValidationError: A value does not fit.
        """
        source = self.get_table(table)
        result = self.execute(insert(source).values(data))
        key = source.primary_key
        if key is None or data.get(key) is None or source.schema.rowid_alias is not None:
            return result.inserted_primary_key if isinstance(result, CursorResult) else None
        return data[key]

    def bulk_insert(self, table: str, records: Iterable[Mapping[str, object]]) -> list[Any]:
        """Add rows, all or none, and return their keys."""
        with self.transaction():
            return [self.insert(table, record) for record in records]

    def select(self, table: str, pk: object) -> dict[str, Any]:
        """Return the row with this key.

        Raises:
            RecordNotFoundError: There is none.
        """
        source = self.get_table(table)
        rows = self.execute(select(source).where(_has_key(source, pk))).mappings()
        if not rows:
            raise RecordNotFoundError(table, pk)
        return rows[0]

    def update(self, table: str, pk: object, data: Mapping[str, object]) -> None:
        """Change some columns of the row with this key.

        Raises:
            RecordNotFoundError: There is none.
        """
        source = self.get_table(table)
        statement: Update[Any] = update(source).where(_has_key(source, pk)).values(data)
        if self.execute(statement).rowcount() == 0:
            raise RecordNotFoundError(table, pk)

    def delete(self, table: str, pk: object) -> None:
        """Delete the row with this key.

        Raises:
            RecordNotFoundError: There is none.
        """
        source = self.get_table(table)
        statement: Delete[Any] = delete(source).where(_has_key(source, pk))
        if self.execute(statement).rowcount() == 0:
            raise RecordNotFoundError(table, pk)

    def count_rows(self, table: str) -> int:
        """Return how many rows a table has."""
        return int(self.execute(count_of(select(self.get_table(table)))).scalar())

    def bulk_update(
        self, table: str, changes: Iterable[tuple[object, Mapping[str, object]]]
    ) -> int:
        """Change rows given by key and new values, all or none, and return how many those are.

        Raises:
            RecordNotFoundError: A row does not exist; none is changed then.
        """
        count = 0
        with self.transaction():
            for pk, data in changes:
                self.update(table, pk, data)
                count += 1
        return count

    # --- Rows in pages ---

    def query(
        self,
        table: str,
        conditions: table_queries.Filters = None,
        limit: int | None = None,
        offset: int = 0,
        order_by: str | None = None,
        order_desc: bool = False,
    ) -> list[dict[str, Any]]:
        """Return rows that meet all conditions, as dictionaries.

        Args:
            conditions: Expressions, what their `to_condition()` gives, or `{column: value}`.

        Raises:
            ColumnNotFoundError: The table has no column of a name.
        """
        sort = f"-{order_by}" if order_by and order_desc else order_by
        statement = self.build_query(table, conditions, sort)
        return table_queries.rows_of(self, statement.limit(limit).offset(offset or None))

    def query_table_data(
        self,
        table: str,
        limit: int | None = None,
        offset: int = 0,
        order_by: str | None = None,
        order_desc: bool = False,
        filters: table_queries.Filters = None,
    ) -> dict[str, Any]:
        """Return a page of rows: `records`, `total_count`, `has_more` and the columns (`schema`).

        Args:
            filters: `{column: value}`, or a list of `{"field", "operator", "value"}`.

        Raises:
            ColumnNotFoundError: The table has no column of a name.
        """
        sort = f"-{order_by}" if order_by and order_desc else order_by
        statement = self.build_query(table, filters, sort)
        return table_queries.page(self, self.get_table(table), statement, limit, offset)

    def paginate(
        self,
        table: str,
        page: int = 1,
        per_page: int = 20,
        filters: table_queries.Filters = None,
        sort: str | Sequence[str] | None = None,
    ) -> dict[str, Any]:
        """Return one page of rows, with its number and that of the last one.

        Args:
            page: Counted from 1.
            sort: Names of columns; `-name` sorts downwards.

        Raises:
            QueryError: The page or its size is less than 1.
        """
        if page < 1 or per_page < 1:
            raise QueryError("Pages are counted from 1 and have at least one row.")
        statement = self.build_query(table, filters, sort)
        offset = (page - 1) * per_page
        found = table_queries.page(self, self.get_table(table), statement, per_page, offset)
        pages = -(-found["total_count"] // per_page)
        return {**found, "page": page, "per_page": per_page, "pages": pages}

    def build_query(
        self,
        table: str | type[Any],
        conditions: table_queries.Filters = None,
        sort: str | Iterable[str] | None = None,
    ) -> Select[Any]:
        """Return the question for the rows of a table, or the objects of a model.

        Args:
            table: The table's name, or a model class.
            conditions: Expressions, or plain data as for `query_table_data`.
            sort: Names of columns; `-name` sorts downwards.
        """
        if isinstance(table, str):
            return table_queries.build(self.get_table(table), conditions, sort)
        statement = table_queries.build(table.__source__, conditions, sort)
        return replace(statement, entity=table)

    def get_table_info(self, table: str | None = None) -> Any:
        """Return what there is to know about a table, or about all of them, as plain data."""
        if table is not None:
            return table_queries.table_info(self, self.get_table(table).schema)
        return [table_queries.table_info(self, source.schema) for source in self.tables.values()]

    def get_column_info(self, table: str) -> list[dict[str, Any]]:
        """Return what there is to know about the columns of a table, as plain data."""
        structure = self.get_table(table).schema
        return [table_queries.column_info(structure, column) for column in structure.columns]

    # --- Watching and ending ---

    def poll_changes(self) -> tuple[bool, bool]:
        """Return whether anything was committed since the last call, and whether tables changed.

        Commits of this storage and of other programs count alike. Cost: a few microseconds.
        """
        versions = self._engine.versions()
        data_changed = versions[0] != self._seen_versions[0]
        schema_changed = versions[1] != self._seen_versions[1]
        self._seen_versions = versions
        if schema_changed:
            self.refresh_schema()
        return data_changed or schema_changed, schema_changed

    def flush(self) -> None:
        """Do nothing but tell it: a commit is durable when it returns.

        Kept for the old library's users, with its events `before_flush` and `after_flush`.
        """
        event.tell(self, "before_flush")
        event.tell(self, "after_flush")

    def close(self) -> None:
        """Close the file; the last one to close leaves a single file behind."""
        self._engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class _Tables(Mapping[str, TableSource]):
    """The tables of a database by name, each read when it is first asked for."""

    def __init__(self, engine: Engine, known: dict[str, TableSource]) -> None:
        self._engine = engine
        self._known = known

    def __getitem__(self, name: str) -> TableSource:
        source = self._known.get(name)
        if source is None:
            source = self._known[name] = TableSource(self._engine.reflect(name))
        return source

    def get(self, name: str, default: Any = None) -> Any:
        """Return a table, or `default` if there is none of this name."""
        try:
            return self[name]
        except TableNotFoundError:
            return default

    def __contains__(self, name: object) -> bool:
        return name in self._engine.table_names()

    def __iter__(self) -> Iterator[str]:
        return iter(self._engine.table_names())

    def __len__(self) -> int:
        return len(self._engine.table_names())


def _has_key(source: TableSource, pk: object) -> Condition:
    """Return the condition that a row has this primary key, or this row id."""
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


def _apply_options(
    options: BackendOptions | None, password: str | None, timeout_s: float
) -> tuple[str | None, float]:
    if isinstance(options, PytuckBackendOptions):
        password = options.password if options.password is not None else password
        if options.encryption is not None and password is None:
            raise ConfigurationError("Encryption needs a password in the options.")
    elif isinstance(options, SqliteBackendOptions):
        timeout_s = options.timeout if options.timeout is not None else timeout_s
    elif options is not None:
        raise ConfigurationError(
            f"{type(options).__name__} are no options of an engine of this version."
        )
    return password, timeout_s
