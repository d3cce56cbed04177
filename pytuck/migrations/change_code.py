"""Changes as the lines of a revision script, as a person would write them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from pytuck import schema
from pytuck.common.exceptions import SchemaError
from pytuck.core.python_code import call_code, indented, text_code, value_code
from pytuck.schema import MISSING, Change, Column, ForeignKey, Index, Table, index_name
from pytuck.schema.normal_form import is_whole
from pytuck.types import JSON, TYPES, ChoiceType, ColumnType, DecimalType, RawType

_HOMES: dict[str, str] = {
    **dict.fromkeys(("date", "datetime", "time", "timedelta", "timezone"), "datetime"),
    "Decimal": "decimal",
    "UUID": "uuid",
    **dict.fromkeys(
        ("Column", "ForeignKey", "ForeignKeyConstraint", "Index", "UniqueConstraint"), "pytuck"
    ),
    **dict.fromkeys(("JSON", "ChoiceType", "DecimalType", "RawType"), "pytuck.types"),
}
"""Where the names come from that a script may need."""


class ChangeCode:
    """Writes changes as calls of `Operations`, and knows what a script with them must import."""

    def __init__(self) -> None:
        self._used: set[str] = set()

    def imports(self) -> list[str]:
        """Return the lines that import what the calls written so far need."""
        modules: dict[str, set[str]] = {}
        for name in self._used:
            modules.setdefault(_HOMES[name], set()).add(name)
        standard = [_import(module, modules[module]) for module in sorted(modules)]
        own = [line for line in standard if line.startswith("from pytuck")]
        others = [line for line in standard if line not in own]
        return [*others, *([""] if others and own else []), *own]

    def call(self, change: Change) -> str:
        """Return a change as a call of a method of `op`, in one line or more.

        Raises:
            SchemaError: What rows are to get is a function, which has no code.
        """
        write: Callable[[ChangeCode, Any], str] | None = _WAYS.get(type(change))
        if write is not None:
            return write(self, change)
        method, *parts = _PARTS[type(change)]
        given = [text_code(change.table), *(_part(getattr(change, part)) for part in parts)]
        return call_code(f"op.{method}", given)

    # --- Tables ---

    def create_table(self, change: schema.CreateTable) -> str:
        """Return the call that makes a table."""
        table = change.definition
        lines = [self._column(column, table) for column in table.columns]
        lines += [self._key_constraint(key) for key in _other_keys(table)]
        lines += [self._index(index, table) for index in _other_indexes(table)]
        body = "".join(f"{line},\n" for line in lines)
        arguments = [text_code(change.table), f"[\n{indented(body)}]"]
        if table.comment:
            arguments.append(f"comment={text_code(table.comment)}")
        if list(table.primary_key) != [item.name for item in table.columns if item.primary_key]:
            arguments.append(f"primary_key={_list(table.primary_key)}")
        return call_code("op.create_table", arguments)

    # --- Columns ---

    def add_column(self, change: schema.AddColumn) -> str:
        """Return the call that adds a column."""
        keys = () if change.foreign_key is None else (change.foreign_key,)
        table = Table(change.table, (change.column,), foreign_keys=keys)
        arguments = [text_code(change.table), self._column(change.column, table)]
        if change.fill is not MISSING:
            arguments.append(f"fill={self._value(change.fill, change)}")
        return call_code("op.add_column", arguments)

    def alter_column(self, change: schema.AlterColumn) -> str:
        """Return the call that changes a column."""
        arguments = [text_code(change.table), text_code(change.column)]
        if not isinstance(change.type, type(...)):
            arguments.append(f"type={self._type(change.type)}")
        if change.nullable is not ...:
            arguments.append(f"nullable={change.nullable}")
        if change.default is not ...:
            default = None if change.default is MISSING else change.default
            arguments.append(f"default={self._value(default, change)}")
        if change.autoincrement is not ...:
            arguments.append(f"autoincrement={change.autoincrement}")
        if change.on_bad != "stop":
            arguments.append(f"on_bad={text_code(change.on_bad)}")
        if change.fallback is not MISSING:
            arguments.append(f"fallback={self._value(change.fallback, change)}")
        if change.keep_in is not None:
            arguments.append(f"keep_in={text_code(change.keep_in)}")
        return call_code("op.alter_column", arguments)

    # --- Keys and indexes ---

    def create_index(self, change: schema.CreateIndex) -> str:
        """Return the call that makes an index."""
        index = change.index
        _refuse_unknown(index, change.table)
        arguments = [text_code(change.table), _part(index.columns)]
        if index.name != index_name(change.table, index.columns, is_unique=index.is_unique):
            arguments.append(f"name={text_code(index.name)}")
        arguments += ["unique=True"] if index.is_unique else []
        return call_code("op.create_index", arguments)

    def add_foreign_key(self, change: schema.AddForeignKey) -> str:
        """Return the call that adds a foreign key."""
        key = change.foreign_key
        target = text_code(key.target_table), _part(key.target_columns)
        given = [text_code(change.table), _part(key.columns), *target, *_actions(key)]
        return call_code("op.add_foreign_key", given)

    # --- Parts ---

    def _column(self, column: Column, table: Table) -> str:
        if column.generated:
            raise SchemaError(
                f"Column '{table.name}.{column.name}' is computed by the database, and how is not "
                "known; it cannot be written as code.",
                table_name=table.name,
            )
        arguments = [self._type(column.type), f"name={text_code(column.name)}"]
        if column.primary_key:
            arguments.append("primary_key=True")
        elif not column.nullable:
            arguments.append("nullable=False")
        arguments += [
            f"{flag}=True" for flag in ("unique", "autoincrement") if getattr(column, flag)
        ]
        if any(_is_said_by_column(index, table, column) for index in table.indexes):
            arguments.append("index=True")
        key = _own_key(table, column)
        if key is not None:
            arguments.append(f"foreign_key={self._foreign_key(key)}")
        if column.default is not MISSING and column.default is not None:
            arguments.append(f"default={self._value(column.default)}")
        if column.comment:
            arguments.append(f"comment={text_code(column.comment)}")
        return self._new("Column", arguments)

    def _key_constraint(self, key: ForeignKey) -> str:
        arguments = [_list(key.columns), text_code(key.target_table), _list(key.target_columns)]
        return self._new("ForeignKeyConstraint", [*arguments, *_actions(key)])

    def _index(self, index: Index, table: Table) -> str:
        _refuse_unknown(index, table.name)
        arguments = [text_code(name) for name in index.columns]
        if index.is_constraint:
            return self._new("UniqueConstraint", arguments)
        if index.name != index_name(table.name, index.columns, is_unique=index.is_unique):
            arguments.append(f"name={text_code(index.name)}")
        return self._new("Index", [*arguments, *(["unique=True"] if index.is_unique else [])])

    def _foreign_key(self, key: ForeignKey) -> str:
        (column,) = key.target_columns
        target = text_code(f"{key.target_table}.{column}")
        if "." in key.target_table + column:
            target = value_code((key.target_table, column))
        said = _actions(key)
        return self._new("ForeignKey", [target, *said]) if said else target

    def _type(self, kind: ColumnType[Any]) -> str:
        if kind == JSON:
            return self._name("JSON")
        if isinstance(kind, DecimalType) and kind.precision is not None:
            return f"{self._name('DecimalType')}({kind.precision}, {kind.scale})"
        if isinstance(kind, RawType):
            return f"{self._name('RawType')}({text_code(kind.declared)})"
        if isinstance(kind, ChoiceType):
            return f"{self._name('ChoiceType')}({value_code(kind.choices)})"
        if issubclass(kind.python_type, Enum):  # a script must not change with the models
            choices = tuple(member.value for member in kind.python_type)
            return f"{self._name('ChoiceType')}({value_code(choices)})"
        if TYPES.get(kind.python_type) != kind:
            raise SchemaError(f"A column of type {kind.sql_name} cannot be written as code.")
        return self._name(kind.python_type.__name__)

    def _value(self, value: object, change: Change | None = None) -> str:
        if callable(value) and not isinstance(value, Enum) and change is not None:
            raise SchemaError(
                f"The step '{change.describe()}' cannot be written as code: what rows are to get "
                "is a function.",
                table_name=change.table,
            )
        self._note_names(value)
        return value_code(value)

    def _note_names(self, value: object) -> None:
        if isinstance(value, (list, tuple)):
            for item in value:
                self._note_names(item)
        elif isinstance(value, dict):
            self._note_names(list(value.values()))
        elif isinstance(value, (Decimal, UUID, date, time, timedelta)):
            self._name(type(value).__name__)
            if isinstance(value, (datetime, time)) and value.tzinfo is not None:
                self._used |= {"timezone", "timedelta"}

    def _new(self, name: str, arguments: Iterable[str]) -> str:
        return call_code(self._name(name), arguments, room=92)

    def _name(self, name: str) -> str:
        self._used |= {name} if name in _HOMES else set()
        return name


_WAYS: dict[type[Change], Callable[[ChangeCode, Any], str]] = {
    schema.CreateTable: ChangeCode.create_table,
    schema.AddColumn: ChangeCode.add_column,
    schema.AlterColumn: ChangeCode.alter_column,
    schema.CreateIndex: ChangeCode.create_index,
    schema.AddForeignKey: ChangeCode.add_foreign_key,
}
_PARTS: dict[type[Change], tuple[str, ...]] = {
    schema.DropTable: ("drop_table",),
    schema.RenameTable: ("rename_table", "new_name"),
    schema.CommentTable: ("comment_table", "comment"),
    schema.DropColumn: ("drop_column", "column"),
    schema.RenameColumn: ("rename_column", "column", "new_name"),
    schema.CommentColumn: ("comment_column", "column", "comment"),
    schema.SetPrimaryKey: ("set_primary_key", "columns"),
    schema.ReorderColumns: ("reorder_columns", "columns"),
    schema.DropIndex: ("drop_index", "index"),
    schema.AddUnique: ("add_unique", "columns"),
    schema.DropUnique: ("drop_unique", "columns"),
    schema.DropForeignKey: ("drop_foreign_key", "columns"),
}
"""The methods for changes that name no more than tables and columns, and what they take."""


def _own_key(table: Table, column: Column) -> ForeignKey | None:
    """Return the foreign key that the column itself says."""
    keys = (key for key in table.foreign_keys if key.columns == (column.name,))
    return next((key for key in keys if len(key.target_columns) == 1), None)


def _other_keys(table: Table) -> list[ForeignKey]:
    said = [_own_key(table, column) for column in table.columns]
    return [key for key in table.foreign_keys if not any(key is own for own in said)]


def _is_said_by_column(index: Index, table: Table, column: Column) -> bool:
    """Return whether an index is the one that `index=True` makes."""
    is_plain = index.columns == (column.name,) and not index.is_unique and not column.unique
    return (
        is_plain and not column.primary_key and index.name == index_name(table.name, index.columns)
    )


def _other_indexes(table: Table) -> list[Index]:
    said = [
        index
        for index in table.indexes
        if any(_is_said_by_column(index, table, column) for column in table.columns)
    ]
    return [index for index in table.indexes if index not in said]


def _actions(key: ForeignKey) -> list[str]:
    events = (("on_delete", key.on_delete), ("on_update", key.on_update))
    return [f"{event}={text_code(action)}" for event, action in events if action != "NO ACTION"]


def _refuse_unknown(index: Index, table: str) -> None:
    if not is_whole(index):
        raise SchemaError(
            f"The index '{index.name}' of table '{table}' is on expressions or on some rows only, "
            "which nothing we know says; it cannot be written as code.",
            table_name=table,
        )


def _list(names: Sequence[str]) -> str:
    return f"[{', '.join(map(text_code, names))}]"


def _part(value: str | tuple[str, ...] | None) -> str:
    """Return the code of a name, a comment, or names: one alone stands for itself."""
    if isinstance(value, tuple):
        return text_code(value[0]) if len(value) == 1 else _list(value)
    return text_code(value)


def _import(module: str, names: set[str]) -> str:
    ordered = sorted(names, key=lambda name: (not name.isupper(), not name[0].isupper(), name))
    return f"from {module} import {', '.join(ordered)}"
