"""Changes as plain data that JSON can hold, and back."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING as NOTHING
from dataclasses import fields
from enum import Enum
from typing import Any, get_args

from pytuck.common.exceptions import SchemaError
from pytuck.schema import changes as c
from pytuck.schema.json_form import (
    Plain,
    column_from_json,
    column_to_json,
    foreign_key_from_json,
    foreign_key_to_json,
    index_from_json,
    index_to_json,
    table_from_json,
    table_to_json,
)
from pytuck.schema.tables import MISSING
from pytuck.types import type_from_sql
from pytuck.types.json_values import from_json_text, to_json_text

Form = tuple[Callable[[Any], Any], Callable[[Any], Any]]


def change_to_json(change: c.Change) -> Plain:
    """Return a change as plain data; what is not said is left out.

    Raises:
        SchemaError: What rows are to get is a function, which no data can be.
    """
    plain: Plain = {"change": _NAMES[type(change)], "table": change.table}
    for item in fields(change):
        value = getattr(change, item.name)
        is_left_out = item.default is not NOTHING and value is item.default
        if item.name != "table" and not is_left_out:
            to_json, _ = _form(type(change), item.name)
            try:
                plain[item.name] = to_json(value)
            except TypeError as err:
                raise SchemaError(
                    f"The step '{change.describe()}' cannot be kept: its {item.name} is a "
                    f"{type(value).__name__} ({err}).",
                    table_name=change.table,
                ) from err
    return plain


def change_from_json(plain: Mapping[str, Any]) -> c.Change:
    """Return the change that `change_to_json` described.

    Raises:
        SchemaError: The description is not one.
    """
    try:
        kind = _KINDS[plain["change"]]
        table = _text(plain["table"])
        _refuse_unknown(plain, kind)
        given = {
            item.name: _form(kind, item.name)[1](plain[item.name])
            for item in fields(kind)
            if item.name in plain and item.name not in {"table", "definition"}
        }
        if kind is c.CreateTable:
            given["definition"] = table_from_json(table, plain["definition"])
        return kind(table, **given)
    except (KeyError, TypeError, ValueError, AttributeError) as err:
        raise SchemaError(f"The description of a change is not valid ({err!r}).") from err


def _refuse_unknown(plain: Mapping[str, Any], kind: type[c.Change]) -> None:
    unknown = plain.keys() - {item.name for item in fields(kind)} - {"change"}
    if unknown:
        raise ValueError(f"{', '.join(sorted(map(str, unknown)))} is not known")


def _snake(kind: type[c.Change]) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


_KINDS: dict[str, type[c.Change]] = {
    _snake(kind): kind
    for kind in (
        c.CreateTable,
        c.DropTable,
        c.RenameTable,
        c.CommentTable,
        c.AddColumn,
        c.DropColumn,
        c.RenameColumn,
        c.AlterColumn,
        c.CommentColumn,
        c.SetPrimaryKey,
        c.ReorderColumns,
        c.CreateIndex,
        c.DropIndex,
        c.AddUnique,
        c.DropUnique,
        c.AddForeignKey,
        c.DropForeignKey,
    )
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def _value_to_json(value: object) -> str:
    # As text: bytes, dates and infinities are no JSON by themselves.
    value = None if value is MISSING else value
    return to_json_text([value.value if isinstance(value, Enum) else value])


def _value_from_json(value: Any) -> object:
    (found,) = from_json_text(_text(value))
    return found


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _optional_text(value: Any) -> str | None:
    return None if value is None else _text(value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is neither true nor false")
    return value


def _on_bad(value: Any) -> str:
    if value not in get_args(c.OnBadValue):
        raise ValueError(f"{value!r} is none of {', '.join(get_args(c.OnBadValue))}")
    return _text(value)


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is no list of names")
    return tuple(map(_text, value))


def _optional_key_from_json(value: Any) -> Any:
    return None if value is None else foreign_key_from_json(value)


def _optional_key_to_json(value: Any) -> Any:
    return None if value is None else foreign_key_to_json(value)


_PLAIN_TEXT: Form = (_text, _text)
_FORMS: Mapping[str, Form] = {
    "definition": (table_to_json, _text),
    "new_name": _PLAIN_TEXT,
    "column": _PLAIN_TEXT,
    "index": _PLAIN_TEXT,
    "comment": (_optional_text, _optional_text),
    "columns": (list, _texts),
    "fill": (_value_to_json, _value_from_json),
    "default": (_value_to_json, _value_from_json),
    "fallback": (_value_to_json, _value_from_json),
    "on_bad": (_text, _on_bad),
    "keep_in": (_optional_text, _optional_text),
    "nullable": (_flag, _flag),
    "autoincrement": (_flag, _flag),
    "type": (lambda kind: kind.sql_name, lambda name: type_from_sql(_text(name))),
    "foreign_key": (_optional_key_to_json, _optional_key_from_json),
}
"""How the parts of changes are written and read, by their names."""

_OWN_FORMS: Mapping[tuple[type[c.Change], str], Form] = {
    (c.AddColumn, "column"): (column_to_json, column_from_json),
    (c.CreateIndex, "index"): (index_to_json, index_from_json),
}


def _form(kind: type[c.Change], name: str) -> Form:
    return _OWN_FORMS.get((kind, name)) or _FORMS[name]
