"""Statements as plain data and back: `load(dump(statement)) == statement`.

The form consists of dictionaries, lists, text, numbers and bytes only (msgpack takes it as it
is; `to_json` and `from_json` make JSON of it) and carries the number of its version. A model class cannot travel: a statement on a model
comes back as the same statement on its table, an `Enum` column as the choice of its values.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from pytuck.common.exceptions import QueryError
from pytuck.query import nodes, statements
from pytuck.query.form_checks import checks_of
from pytuck.query.statements import Statement
from pytuck.types import ColumnType, type_from_sql

FORM_VERSION = 1

_CLASSES: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        nodes.TableRef,
        nodes.SubqueryRef,
        nodes.CteRef,
        nodes.Join,
        nodes.ColumnRef,
        nodes.RowIdRef,
        nodes.ResultRef,
        nodes.Literal,
        nodes.Comparison,
        nodes.Row,
        nodes.And,
        nodes.Or,
        nodes.Not,
        nodes.IsNull,
        nodes.In,
        nodes.InQuestion,
        nodes.Exists,
        nodes.ScalarQuestion,
        nodes.Between,
        nodes.Like,
        nodes.TextMatch,
        nodes.RegexpMatch,
        nodes.Arithmetic,
        nodes.Negative,
        nodes.When,
        nodes.Case,
        nodes.Cast,
        nodes.JsonPath,
        nodes.Distinct,
        nodes.Function,
        nodes.Frame,
        nodes.Over,
        nodes.Preview,
        nodes.LongSize,
        nodes.Labelled,
        nodes.Order,
        nodes.Assignment,
        nodes.Conflict,
        statements.Select,
        statements.Compound,
        statements.Insert,
        statements.Update,
        statements.Delete,
    )
}
_FIELDS: dict[str, tuple[str, ...]] = {
    name: tuple(
        field.name
        for field in fields(kind)
        if field.compare or kind is nodes.Literal or field.name == "origin"
    )
    for name, kind in _CLASSES.items()
}
_SHARED = (nodes.SubqueryRef, nodes.CteRef)
_CHECKS = {name: checks_of(kind) for name, kind in _CLASSES.items()}
_ROOTS = (
    statements.Select,
    statements.Compound,
    statements.Insert,
    statements.Update,
    statements.Delete,
)
_MAX_DEPTH = 200


def dump(statement: Statement) -> dict[str, Any]:
    """Return a statement as plain data."""
    return {"version": FORM_VERSION, "statement": _Dumper().dump(statement)}


def load(form: object) -> Statement:
    """Return the statement for plain data.

    Raises:
        QueryError: The data is no statement, or of a newer version.
    """
    if not isinstance(form, Mapping):
        raise QueryError("This is not a statement in its data form.")
    version = form.get("version")
    if version != FORM_VERSION:
        raise QueryError(
            f"This statement has the form version {version!r}; version {FORM_VERSION} is known."
        )
    try:
        statement = _Loader().load(form["statement"], 0)
    except (KeyError, TypeError, AttributeError, ValueError) as err:
        raise QueryError(f"This is not a statement in its data form: {err}") from err
    if not isinstance(statement, _ROOTS):
        raise QueryError("This data is a part of a statement, not a whole one.")
    return statement


def to_json(statement: Statement) -> str:
    """Return a statement as JSON text."""
    return json.dumps(dump(statement), default=_bytes_as_text, ensure_ascii=False, allow_nan=False)


def from_json(text: str) -> Statement:
    """Return the statement for JSON text.

    Raises:
        QueryError: The text is no statement, or of a newer version.
    """
    try:
        form = json.loads(text)
    except (ValueError, RecursionError) as err:
        raise QueryError(f"This is not a statement in its data form: {err}") from err
    return load(form)


def _bytes_as_text(value: object) -> dict[str, str]:
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    raise TypeError(f"{value!r} cannot travel as JSON.")


class _Dumper:
    """Dumps one statement. What columns are taken from is written once, then referred to."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}

    def dump(self, value: Any) -> Any:
        kind = type(value)
        if kind is tuple:
            return [self.dump(item) for item in value]
        if kind is float and not math.isfinite(value):
            return {"float": repr(value)}
        if isinstance(value, ColumnType):
            return {"type": value.sql_name}
        if kind in _SHARED:
            return self._dump_shared(value)
        return self._dump_node(value) if _CLASSES.get(kind.__name__) is kind else value

    def _dump_shared(self, value: Any) -> dict[str, Any]:
        known = self._numbers.get(id(value))
        if known is not None:
            return {"same": known}
        form = self._dump_node(value)
        form["number"] = self._numbers[id(value)] = len(self._numbers)
        return form

    def _dump_node(self, value: Any) -> dict[str, Any]:
        name = type(value).__name__
        form: dict[str, Any] = {"node": name}
        for key in _FIELDS[name]:
            item = getattr(value, key)
            if item is not None or key != "origin":
                form[key] = self.dump(item)
        return form


class _Loader:
    """Loads one statement."""

    def __init__(self) -> None:
        self._shared: dict[Any, Any] = {}

    def load(self, value: Any, depth: int) -> Any:
        if depth > _MAX_DEPTH:
            raise QueryError(f"The statement is nested deeper than {_MAX_DEPTH} levels.")
        if isinstance(value, (list, tuple)):
            return tuple(self.load(item, depth + 1) for item in value)
        if not isinstance(value, Mapping):
            return value
        if "same" in value:
            return self._shared[value["same"]]
        if "node" not in value:
            return _load_value(value)
        node = self._load_node(value, depth)
        if "number" in value:
            self._shared[value["number"]] = node
        return node

    def _load_node(self, value: Mapping[str, Any], depth: int) -> Any:
        name = value["node"]
        keys = [key for key in _FIELDS[name] if key in value or key != "origin"]
        arguments = {key: self.load(value[key], depth + 1) for key in keys}
        for key, argument in arguments.items():
            if not _CHECKS[name][key](argument):
                raise QueryError(f"This is not a statement in its data form: {key} of a {name}.")
        return _CLASSES[name](**arguments)


def _load_value(value: Mapping[str, Any]) -> Any:
    if "type" in value:
        return type_from_sql(value["type"])
    if "float" in value:
        return float(value["float"])
    return bytes.fromhex(value["bytes"])
