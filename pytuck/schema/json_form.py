"""Tables as plain data that JSON can hold, and back: how files of ours carry their schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from pytuck.common.exceptions import SchemaError
from pytuck.schema.tables import ACTIONS, MISSING, Action, Column, ForeignKey, Index, Table
from pytuck.types import Stored, type_from_sql
from pytuck.types.json_values import from_json_text, to_json_text

Plain = dict[str, Any]

_FLAGS = ("unique", "autoincrement", "generated")
_EVENTS = ("on_delete", "on_update")


def table_to_json(table: Table) -> Plain:
    """Return a table as plain data; what is not set is left out."""
    plain: Plain = {
        "columns": [column_to_json(column) for column in table.columns],
        "primary_key": list(table.primary_key),
    }
    if table.comment:
        plain["comment"] = table.comment
    if table.foreign_keys:
        plain["foreign_keys"] = [foreign_key_to_json(key) for key in table.foreign_keys]
    if table.indexes:
        plain["indexes"] = [index_to_json(index) for index in table.indexes]
    return plain


def foreign_key_to_json(key: ForeignKey) -> Plain:
    """Return a foreign key as plain data; what nobody chose is left out."""
    plain: Plain = {
        "columns": list(key.columns),
        "table": key.target_table,
        "to": list(key.target_columns),
    }
    for event in _EVENTS:
        if getattr(key, event) != "NO ACTION":
            plain[event] = getattr(key, event)
    return plain


def index_to_json(index: Index) -> Plain:
    """Return an index as plain data."""
    plain: Plain = {
        "name": index.name,
        "columns": list(index.columns),
        "unique": index.is_unique,
    }
    for flag in ("is_partial", "is_constraint"):
        if getattr(index, flag):
            plain[flag.removeprefix("is_")] = True
    return plain


def table_from_json(name: str, plain: Mapping[str, Any]) -> Table:
    """Return the table that `table_to_json` described.

    Raises:
        SchemaError: The description is not one.
    """
    try:
        key = tuple(_texts(plain["primary_key"]))
        columns = tuple(column_from_json(column, key) for column in plain["columns"])
        return Table(
            name,
            columns,
            primary_key=key,
            foreign_keys=tuple(
                foreign_key_from_json(item) for item in plain.get("foreign_keys", ())
            ),
            indexes=tuple(index_from_json(item) for item in plain.get("indexes", ())),
            comment=_optional_text(plain.get("comment")),
            rowid_alias=_rowid_alias(columns, key),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as err:
        raise SchemaError(
            f"The description of table '{name}' is not valid ({err}).", table_name=name
        ) from err


def column_to_json(column: Column) -> Plain:
    """Return a column as plain data, its place in the primary key apart."""
    plain: Plain = {"name": column.name, "type": column.type.sql_name}
    if not column.nullable:
        plain["nullable"] = False
    for flag in _FLAGS:
        if getattr(column, flag):
            plain[flag] = True
    if column.default is not MISSING:
        # As text: bytes and infinities are no JSON by themselves.
        plain["default"] = to_json_text([column.type.to_storage(column.default)])
    if column.comment:
        plain["comment"] = column.comment
    return plain


def column_from_json(plain: Mapping[str, Any], key: tuple[str, ...] = ()) -> Column:
    """Return the column that `column_to_json` described.

    Args:
        key: The columns of the primary key.

    Raises:
        KeyError, TypeError, ValueError: The description is not one.
    """
    name = _text(plain["name"])
    type_ = type_from_sql(_text(plain["type"]))
    default: object = MISSING
    if "default" in plain:
        stored: Stored
        (stored,) = from_json_text(_text(plain["default"]))
        default = type_.from_storage(stored)
    return Column(
        name,
        type_,
        nullable=plain.get("nullable", True) is not False,
        primary_key=name in key,
        default=default,
        unique=plain.get("unique", False) is True,
        autoincrement=plain.get("autoincrement", False) is True,
        comment=_optional_text(plain.get("comment")),
        generated=plain.get("generated", False) is True,
    )


def foreign_key_from_json(plain: Mapping[str, Any]) -> ForeignKey:
    """Return the foreign key that `foreign_key_to_json` described.

    Raises:
        KeyError, TypeError, ValueError: The description is not one.
    """
    return ForeignKey(
        tuple(_texts(plain["columns"])),
        _text(plain["table"]),
        tuple(_texts(plain["to"])),
        *(_action(plain.get(event, "NO ACTION")) for event in _EVENTS),
    )


def index_from_json(plain: Mapping[str, Any]) -> Index:
    """Return the index that `index_to_json` described.

    Raises:
        KeyError, TypeError: The description is not one.
    """
    return Index(
        _text(plain["name"]),
        tuple(_texts(plain["columns"])),
        plain["unique"] is True,
        plain.get("partial") is True,
        plain.get("constraint") is True,
    )


def _action(value: Any) -> Action:
    if value not in ACTIONS:
        raise ValueError(f"{value!r} is none of {', '.join(ACTIONS)}")
    return cast(Action, value)


def _rowid_alias(columns: Sequence[Column], key: tuple[str, ...]) -> str | None:
    kinds = {column.name: column.type.sql_name for column in columns}
    return key[0] if len(key) == 1 and kinds[key[0]] == "INTEGER" else None


def _texts(value: Any) -> list[str]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is no list of names")
    return [_text(item) for item in value]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _optional_text(value: Any) -> str | None:
    return None if value is None else _text(value)
