"""What a model says of the columns of other tables that its own must stand in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from pytuck import schema
from pytuck.common.exceptions import SchemaError, ValidationError
from pytuck.schema import ACTIONS, Action

if TYPE_CHECKING:
    from pytuck.core.columns import Column


class ForeignKey:
    """What the values of a column must stand in, and what happens when that changes.

        author = Column(int, foreign_key=ForeignKey("authors.id", on_delete="CASCADE"))

    Args:
        target: `"table.column"` or `("table", "column")`.
        on_delete: What the database does with the rows that refer to one that is deleted:
            `"NO ACTION"` and `"RESTRICT"` refuse that, `"CASCADE"` deletes them, too, and
            `"SET NULL"` or `"SET DEFAULT"` change the column.
        on_update: The same where the value they refer to changes.

    Raises:
        ValidationError: The target or an action is none.
    """

    def __init__(
        self,
        target: tuple[str, str] | str,
        *,
        on_delete: Action = "NO ACTION",
        on_update: Action = "NO ACTION",
    ) -> None:
        self.target = _target(target)
        self.on_delete = _action(on_delete)
        self.on_update = _action(on_update)

    def of_column(self, name: str) -> schema.ForeignKey:
        """Return the foreign key of a column as part of a table's structure."""
        table, column = self.target
        return schema.ForeignKey((name,), table, (column,), self.on_delete, self.on_update)


class ForeignKeyConstraint:
    """Several columns whose values must stand in another table together, for `__table_args__`.

        __table_args__ = (ForeignKeyConstraint(["show", "seat"], "seats", ["show", "number"]),)

    Args:
        columns: Names of attributes or columns.
        target: The other table.
        target_columns: Its columns, by their names in the database.
        on_delete, on_update: As of `ForeignKey`.

    Raises:
        ValidationError: There are not as many columns as target columns, or an action is none.
    """

    def __init__(
        self,
        columns: Sequence[str],
        target: str,
        target_columns: Sequence[str],
        *,
        on_delete: Action = "NO ACTION",
        on_update: Action = "NO ACTION",
    ) -> None:
        if not columns or len(columns) != len(target_columns):
            raise ValidationError(
                f"A foreign key to '{target}' must lead from as many columns as it leads to."
            )
        self.columns = tuple(columns)
        self.target = target
        self.target_columns = tuple(target_columns)
        self.on_delete = _action(on_delete)
        self.on_update = _action(on_update)

    def of_table(self, table: str, columns: Mapping[str, Column[Any]]) -> schema.ForeignKey:
        """Return the foreign key as part of a table's structure.

        Raises:
            SchemaError: The model has no such attribute.
        """
        return schema.ForeignKey(
            column_names(table, columns, self.columns),
            self.target,
            self.target_columns,
            self.on_delete,
            self.on_update,
        )


def column_names(
    table: str, columns: Mapping[str, Column[Any]], wanted: Sequence[str]
) -> tuple[str, ...]:
    """Return the names in the database of columns that are named by attribute or by column.

    Raises:
        SchemaError: The model has no such attribute.
    """
    by_name = {column.name: column for column in columns.values()}
    names: list[str] = []
    for name in wanted:
        column = columns.get(name) or by_name.get(name)
        if column is None:
            raise SchemaError(
                f"A key or an index of table '{table}' names '{name}', which is no column of the "
                "model.",
                table_name=table,
            )
        names.append(column.name)
    return tuple(names)


def foreign_key_of(declared: ForeignKey | tuple[str, str] | str | None) -> ForeignKey | None:
    """Return what a column says of its foreign key in the long form.

    Raises:
        ValidationError: The target is none.
    """
    if declared is None or isinstance(declared, ForeignKey):
        return declared
    return ForeignKey(declared)


def _target(target: tuple[str, str] | str) -> tuple[str, str]:
    if not isinstance(target, str):
        return target
    table, point, column = target.rpartition(".")
    if not point:
        raise ValidationError(
            f"The foreign key {target!r} must name a table and a column, as in 'users.id'."
        )
    return table, column


def _action(action: str) -> Action:
    if action.upper() not in ACTIONS:
        raise ValidationError(
            f"A foreign key has no action {action!r}; choose one of {', '.join(ACTIONS)}."
        )
    return cast(Action, action.upper())
