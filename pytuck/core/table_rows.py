"""Rows of tables by name, as dictionaries; the part of `Storage` that needs no model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, overload

from pytuck.backends import CursorResult
from pytuck.common.exceptions import QueryError, RecordNotFoundError
from pytuck.core import table_queries
from pytuck.core.instance_values import ROWID
from pytuck.core.open_database import OpenDatabase
from pytuck.core.plain_form import plain_value
from pytuck.core.tables import Table, has_key
from pytuck.query import Delete, Insert, Select, Update, count_of, delete, insert, select, update


class TableRows(OpenDatabase):
    """Reads and writes rows as dictionaries by column name."""

    def insert(self, table_name: str, data: Mapping[str, object]) -> Any:
        """Add a row given by column names and return its primary key, or its row id.

        Raises:
            DuplicateKeyError: A row with this key exists.
            ColumnNotFoundError: The table has no column of a name.
            ValidationError: A value does not fit.
        """
        table = self.get_table(table_name)
        result = self.execute(insert(table).values(_columns_of(table, data)))
        return result.inserted_primary_key if isinstance(result, CursorResult) else None

    def bulk_insert(self, table_name: str, records: Iterable[Mapping[str, object]]) -> list[Any]:
        """Add rows, all or none, and return their keys."""
        table = self.get_table(table_name)
        rows = [_columns_of(table, record) for record in records]
        if not rows:
            return []
        is_together = len({frozenset(row) for row in rows}) == 1 and bool(rows[0])
        with self.transaction() as opened:
            if not is_together or not table_queries.are_keys_known(table, rows):
                return [self.insert(table_name, row) for row in rows]
            statement: Insert[Any] = insert(table).values_list(rows)
            self.execute(statement)
            connection = opened.transaction_connection
            assert connection is not None
            return table_queries.inserted_keys(table, statement, connection.last_row_id())

    def select(self, table_name: str, pk: object) -> dict[str, Any]:
        """Return the row with this key.

        Raises:
            RecordNotFoundError: There is none.
        """
        table = self.get_table(table_name)
        rows = table_queries.rows_of(self, table, select(table).where(has_key(table, pk)))
        if not rows:
            raise RecordNotFoundError(table_name, pk)
        return rows[0]

    def update(self, table_name: str, pk: object, data: Mapping[str, object]) -> None:
        """Change some columns of the row with this key.

        Raises:
            RecordNotFoundError: There is none.
        """
        table = self.get_table(table_name)
        values = _columns_of(table, data)
        if not values:
            self.select(table_name, pk)
            return
        statement: Update[Any] = update(table).where(has_key(table, pk)).values(values)
        if self.execute(statement).rowcount() == 0:
            raise RecordNotFoundError(table_name, pk)

    def bulk_update(
        self, table_name: str, updates: Iterable[tuple[object, Mapping[str, object]]]
    ) -> int:
        """Change rows given by key and new values, all or none, and return how many those are.

        Raises:
            RecordNotFoundError: A row does not exist; none is changed then.
        """
        count = 0
        with self.transaction():
            for pk, data in updates:
                self.update(table_name, pk, data)
                count += 1
        return count

    def delete(self, table_name: str, pk: object) -> None:
        """Delete the row with this key.

        Raises:
            RecordNotFoundError: There is none.
        """
        table = self.get_table(table_name)
        statement: Delete[Any] = delete(table).where(has_key(table, pk))
        if self.execute(statement).rowcount() == 0:
            raise RecordNotFoundError(table_name, pk)

    def count_rows(self, table_name: str) -> int:
        """Return how many rows a table has."""
        return int(self.execute(count_of(select(self.get_table(table_name)))).scalar())

    def count(self, table_name: str, filters: table_queries.Filters = None) -> int:
        """Return how many rows meet all conditions."""
        return int(self.execute(count_of(self.build_query(table_name, filters))).scalar())

    # --- Rows in pages ---

    def query(
        self,
        table_name: str,
        conditions: table_queries.Filters = None,
        limit: int | None = None,
        offset: int = 0,
        order_by: str | None = None,
        order_desc: bool = False,
    ) -> list[dict[str, Any]]:
        """Return rows that meet all conditions, as dictionaries.

        Rows of a table without a primary key tell their row id as `_pytuck_rowid`.

        Args:
            conditions: Expressions, what their `to_condition()` gives, or `{column: value}`.

        Raises:
            ColumnNotFoundError: The table has no column of a name.
        """
        sort = f"-{order_by}" if order_by and order_desc else order_by
        statement = self.build_query(table_name, conditions, sort).limit(limit)
        table = self.get_table(table_name)
        return table_queries.rows_of(self, table, statement.offset(offset or None))

    def query_table_data(
        self,
        table_name: str,
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
        statement = self.build_query(table_name, filters, sort)
        return table_queries.page(self, self.get_table(table_name), statement, limit, offset)

    def paginate(
        self,
        table_name: str,
        page: int = 1,
        per_page: int = 20,
        filters: table_queries.Filters = None,
        sort: str | Sequence[str] | None = None,
    ) -> dict[str, Any]:
        """Return one page of rows with its number and that of the last one, ready for JSON.

        Dates stand in it as ISO 8601, durations in seconds, bytes as base64.

        Args:
            page: Counted from 1.
            sort: Names of columns; `-name` sorts downwards.

        Raises:
            QueryError: The page or its size is less than 1.
        """
        if page < 1 or per_page < 1:
            raise QueryError("Pages are counted from 1 and have at least one row.")
        statement = self.build_query(table_name, filters, sort)
        offset = (page - 1) * per_page
        table = self.get_table(table_name)
        found = table_queries.page(self, table, statement, per_page, offset)
        found["records"] = [plain_value(record) for record in found["records"]]
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

    # --- What there is ---

    def list_tables(self) -> list[str]:
        """Return the names of all tables and views."""
        return list(self.tables)

    @overload
    def get_table_info(self, table_name: None = None) -> list[dict[str, Any]]: ...
    @overload
    def get_table_info(self, table_name: str) -> dict[str, Any]: ...
    def get_table_info(self, table_name: str | None = None) -> Any:
        """Return what there is to know about a table, or about all of them, as plain data."""
        if table_name is not None:
            return table_queries.table_info(self, self.get_table(table_name).schema)
        return [table_queries.table_info(self, table.schema) for table in self.tables.values()]

    def get_column_info(self, table_name: str) -> list[dict[str, Any]]:
        """Return what there is to know about the columns of a table, as plain data."""
        structure = self.get_table(table_name).schema
        return [table_queries.column_info(structure, column) for column in structure.columns]


def _columns_of(table: Table, data: Mapping[str, object]) -> dict[str, object]:
    """Return a row without the row id that came with it when it was read."""
    if table.schema.primary_key or ROWID not in data:
        return dict(data)
    return {name: value for name, value in data.items() if name != ROWID}
