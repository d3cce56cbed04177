"""Changes of tables through a session, by model class or table name."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from types import EllipsisType
from typing import Any, Literal

from pytuck.common.options import SyncOptions, SyncResult
from pytuck.core.columns import Column
from pytuck.core.models import PureBaseModel
from pytuck.core.session_state import SessionState
from pytuck.core.storage import Storage
from pytuck.schema import MISSING, OnBadValue
from pytuck.types import ColumnType

ModelOrTable = type[PureBaseModel] | str
"""A model class, or the name of a table."""


class SessionSchema:
    """The part of a session that changes tables; see the methods of `Storage` of the same names.

    Where the session has written something, the change is a part of its transaction; otherwise
    it is committed at once. A model class stays as it was declared.
    """

    storage: Storage
    state: SessionState

    def sync_schema(
        self,
        model_class: type[PureBaseModel],
        options: SyncOptions | None = None,
        *,
        dry_run: bool = False,
    ) -> SyncResult:
        """Bring the table of a model into line with it, and say what changed.

        Args:
            dry_run: Only say what would change.
        """
        with self._joined() as storage:
            return storage.sync_table(model_class.__source__.schema, options, dry_run=dry_run)

    def add_column(
        self, model_or_table: ModelOrTable, column: Column[Any], default_value: object = None
    ) -> None:
        """Add a column; existing rows get `default_value`, or the column's default."""
        with self._joined() as storage:
            storage.add_column(_name(model_or_table), column, default_value)

    def drop_column(self, model_or_table: ModelOrTable, column_name: str) -> None:
        """Delete a column with its values."""
        with self._joined() as storage:
            storage.drop_column(_name(model_or_table), column_name)

    def rename_column(self, model_or_table: ModelOrTable, column_name: str, new_name: str) -> None:
        """Give a column another name."""
        with self._joined() as storage:
            storage.rename_column(_name(model_or_table), column_name, new_name)

    def alter_column(
        self,
        model_or_table: ModelOrTable,
        column_name: str,
        *,
        col_type: type | ColumnType[Any] | EllipsisType = ...,
        nullable: bool | EllipsisType = ...,
        default: object = ...,
        on_bad: OnBadValue = "stop",
        fallback: object = MISSING,
        keep_in: str | None = None,
    ) -> None:
        """Change the type of a column, whether it may be empty, or its default."""
        with self._joined() as storage:
            name = _name(model_or_table)
            storage.alter_column(
                name,
                column_name,
                col_type=col_type,
                nullable=nullable,
                default=default,
                on_bad=on_bad,
                fallback=fallback,
                keep_in=keep_in,
            )

    def update_column(
        self,
        model_or_table: ModelOrTable,
        column_name: str,
        comment: str | EllipsisType | None = ...,
        index: bool | Literal["hash", "sorted"] | EllipsisType = ...,
    ) -> None:
        """Set the comment of a column, or make or drop the index on it."""
        with self._joined() as storage:
            storage.update_column(_name(model_or_table), column_name, comment, index)

    def set_primary_key(
        self, model_or_table: ModelOrTable, column_name: str | Sequence[str]
    ) -> None:
        """Make another column, or several together, the primary key."""
        with self._joined() as storage:
            storage.set_primary_key(_name(model_or_table), column_name)

    def reorder_columns(self, model_or_table: ModelOrTable, new_order: Sequence[str]) -> None:
        """Put the columns of a table into another order."""
        with self._joined() as storage:
            storage.reorder_columns(_name(model_or_table), new_order)

    def update_table_comment(self, model_or_table: ModelOrTable, comment: str | None) -> None:
        """Set the comment of a table; None takes it away."""
        with self._joined() as storage:
            storage.update_table_comment(_name(model_or_table), comment)

    def drop_table(self, model_or_table: ModelOrTable) -> None:
        """Delete a table with its rows."""
        with self._joined() as storage:
            storage.drop_table(_name(model_or_table))

    def rename_table(self, old_model_or_table: ModelOrTable, new_name: str) -> None:
        """Give a table another name."""
        with self._joined() as storage:
            storage.rename_table(_name(old_model_or_table), new_name)

    @contextlib.contextmanager
    def _joined(self) -> Iterator[Storage]:
        """Give the storage, whose changes belong to the session's transaction if one is open."""
        connection = self.state.connection
        if not connection.in_transaction:
            yield self.storage
            return
        with self.storage.joining(connection.borrow()):
            yield self.storage


def _name(model_or_table: ModelOrTable) -> str:
    return model_or_table if isinstance(model_or_table, str) else model_or_table.__tablename__
