"""Which changes undo a change, and what of the data no change brings back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from pytuck.common.exceptions import SchemaError
from pytuck.schema import changes as c
from pytuck.schema.comparison import compare
from pytuck.schema.draft import SchemaDraft
from pytuck.schema.normal_form import Tables, stored_default
from pytuck.schema.renames import Renames
from pytuck.schema.table_steps import actual_name
from pytuck.schema.tables import MISSING, Column, Table
from pytuck.types import ChoiceType, ColumnType, DecimalType

_NEUTRAL: dict[type, object] = {
    int: 0,
    float: 0.0,
    str: "",
    bool: False,
    bytes: b"",
    Decimal: Decimal(0),
    datetime: datetime(1970, 1, 1),
    date: date(1970, 1, 1),
    time: time(0),
    timedelta: timedelta(0),
    UUID: UUID(int=0),
    list: [],
    dict: {},
    object: "",
}
"""What rows get in a column that must have a value, and whose values are lost."""

_WIDER: dict[type, tuple[type, ...]] = {
    bool: (int, float, Decimal, str),
    int: (float, Decimal, str),
    float: (Decimal, str),
    Decimal: (str,),
    date: (datetime, str),
    datetime: (str,),
    time: (str,),
    UUID: (str,),
}
"""Types to which values go, or are refused, so that they can all come back."""


def inverse(change: c.Change, before: Tables) -> list[c.Change]:
    """Return the changes that undo a change in structure.

    What rows had in dropped columns is lost: where a value must be, they get an empty one, which
    stands as `fill` in the change.

    Args:
        before: The schema as it is when the change is made.

    Raises:
        SchemaError: It contradicts what is there, or cannot be undone: nothing says how a view,
            a computed column or an index on expressions was made.
        TableNotFoundError, ColumnNotFoundError: It names what is not there.
    """
    return inverse_of_all([change], before)


def inverse_of_all(changes: Iterable[c.Change], before: Tables) -> list[c.Change]:
    """Return the changes that undo changes in structure, the last one first; see `inverse`.

    Raises:
        SchemaError: One contradicts what is there, or cannot be undone.
        TableNotFoundError, ColumnNotFoundError: One names what is not there.
    """
    draft = SchemaDraft(before)
    steps: list[list[c.Change]] = []
    for change in changes:
        tables = draft.tables
        _refuse_view(change, tables)
        draft.apply(change)
        steps.append(_back(change, draft.tables, tables))
    return [change for step in reversed(steps) for change in step]


def data_loss(change: c.Change, before: Tables) -> str | None:
    """Return which data a change loses for good, as a noun phrase; None if it loses none.

    A change of type that refuses values it cannot convert loses nothing by that, but what it
    converts may not be the same when it is converted back.

    Raises:
        TableNotFoundError, ColumnNotFoundError: It names what is not there.
    """
    if not isinstance(change, (c.DropTable, c.DropColumn, c.AlterColumn)):
        return None
    table = SchemaDraft(before).table(change.table)
    if isinstance(change, c.DropTable):
        return f"all rows of table '{table.name}'" if table.kind == "table" else None
    column = table.by_name[actual_name(table, change.column)]
    if isinstance(change, c.DropColumn):
        return None if column.generated else f"the values of column '{table.name}.{column.name}'"
    if isinstance(change.type, type(...)) or _is_wider(column.type, change.type):
        return None
    return (
        f"what values of column '{table.name}.{column.name}' say as {column.type.sql_name} and not "
        f"as {change.type.sql_name}"
    )


def with_fill(change: c.Change) -> c.Change:
    """Return a change with what rows get in an added column, if they must have a value in it.

    It is an empty one: whoever adds a column again does not know what it held. A column that is
    unique cannot be filled so.
    """
    if not isinstance(change, c.AddColumn) or change.column.nullable or change.column.unique:
        return change
    has_value = change.fill is not MISSING or stored_default(change.column) is not None
    return change if has_value else replace(change, fill=_neutral(change.column))


def _back(change: c.Change, after: dict[str, Table], before: dict[str, Table]) -> list[c.Change]:
    renames = Renames()
    if isinstance(change, c.RenameTable):
        renames = Renames(tables={change.new_name: change.table})
    elif isinstance(change, c.RenameColumn):
        renames = Renames(columns={(change.table, change.new_name): change.column})
    # What the change did not touch is the very same object.
    there = [table for name, table in after.items() if before.get(name) is not table]
    wanted = [table for name, table in before.items() if after.get(name) is not table]
    comparison = compare(there, wanted, renames)
    if comparison.impossible:
        raise SchemaError(
            f"The step '{change.describe()}' cannot be undone. {' '.join(comparison.impossible)}",
            table_name=change.table,
        )
    return [with_fill(step) for step in comparison.changes]


def _refuse_view(change: c.Change, tables: dict[str, Table]) -> None:
    table = tables.get(change.table)
    if table is not None and table.kind == "view":
        raise SchemaError(
            f"The step '{change.describe()}' cannot be undone: nothing says how the view was made.",
            table_name=change.table,
        )


def _neutral(column: Column) -> object:
    kind: ColumnType[Any] = column.type
    if isinstance(kind, ChoiceType):
        return kind.choices[0]
    if issubclass(kind.python_type, Enum):
        return next(iter(kind.python_type))
    return _NEUTRAL[kind.python_type]


def _is_wider(old: ColumnType[Any], new: ColumnType[Any]) -> bool:
    """Return whether a type holds all that another one does."""
    if old.sql_name == new.sql_name:
        return True
    if isinstance(new, DecimalType) and new.precision is not None:
        return isinstance(old, DecimalType) and _has_more_digits(old, new)
    if isinstance(old, DecimalType) and isinstance(new, DecimalType):
        return True
    if old.python_type is new.python_type:  # a choice, and any text
        return new.sql_name == "TEXT"
    return new.python_type in _WIDER.get(old.python_type, ()) and not isinstance(new, ChoiceType)


def _has_more_digits(old: DecimalType, new: DecimalType) -> bool:
    if old.precision is None or new.precision is None:
        return False
    scale, new_scale = old.scale or 0, new.scale or 0
    return new_scale >= scale and new.precision - new_scale >= old.precision - scale
