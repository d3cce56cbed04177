"""The code that is made once for each model: what every row passes through.

Constructors, loaders and parameter extractors are generated as source text, as `dataclasses`
does, since straight-line code is the fastest there is. Of the names a user chooses only those of
attributes become part of the source, and only if they are identifiers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pytuck.backends.results import StoredRow
from pytuck.common.exceptions import ValidationError
from pytuck.core.columns import Column
from pytuck.core.instance_values import (
    BATCH,
    ROWID,
    SESSION,
    as_read,
    container_encoder,
    watched,
)
from pytuck.core.loading import Batch
from pytuck.schema import MISSING
from pytuck.types import TYPES, ColumnType, Stored
from pytuck.types.numeric import INTEGER_MAX, INTEGER_MIN
from pytuck.types.textual import has_lone_surrogate

if TYPE_CHECKING:
    from pytuck.core.mapping import Mapper

_PLAIN_CHECKS: dict[type, str] = {
    str: "__type({v}) is __str and ({v}.isascii() or not __has_lone_surrogate({v}))",
    int: f"__type({{v}}) is __int and {INTEGER_MIN} <= {{v}} <= {INTEGER_MAX}",
    float: "__type({v}) is __float and {v} == {v}",
    bool: "__type({v}) is __bool",
    bytes: "__type({v}) is __bytes",
    datetime: "__type({v}) is __datetime",
    date: "__type({v}) is __date",
    time: "__type({v}) is __time and {v}.tzinfo is None",
    UUID: "__type({v}) is __UUID",
}
"""How generated code recognises a value with nothing to convert; others go the long way."""

Loader = Callable[[Sequence[StoredRow], Any, dict[Any, Any], Any], list[Any]]


def make_constructor(mapper: Mapper) -> Callable[..., None]:
    """Return the `__init__` of the model, with one keyword argument for each attribute."""
    scope: dict[str, Any] = {
        "__MISSING": MISSING,
        "__take": mapper.take_others,
        # A column may be called `type` or `str`, so the built-in ones go by other names.
        **{f"__{kind.__name__}": kind for kind in (type, str, int, float, bool, bytes)},
        "__datetime": datetime,
        "__date": date,
        "__time": time,
        "__UUID": UUID,
        "__has_lone_surrogate": has_lone_surrogate,
    }
    arguments = ", ".join(f"{name}=__MISSING" for name in mapper.by_name)
    lines = [
        f"def __init__(__self, /, *, {arguments}, **__unknown):",
        " __d = __self.__dict__",
    ]
    for number, (name, attribute) in enumerate(mapper.by_name.items()):
        column = attribute.column
        is_filled_later = name in mapper.foreign_keys
        scope[f"__fill{number}"] = _filler(column, mapper.table, is_optional=is_filled_later)
        check = None if column.validators else _plain_check(column.type)
        value = f"__fill{number}({name})"
        if not column.has_default and (column.nullable or column.primary_key or is_filled_later):
            value = f"None if {name} is __MISSING else {value}"
        if check is not None:
            value = f"{name} if {check.format(v=name)} else {value}"
        lines.append(f" __d[{name!r}] = {value}")
        if name in mapper.containers:
            scope["__watched"] = watched
            lines.append(f" __d[{name!r}] = __watched(__d[{name!r}], __self, {name!r})")
    lines.append(" if __unknown: __take(__self, __unknown)")
    return _compiled(lines, scope, "__init__")


def make_loader(mapper: Mapper) -> Loader:
    """Return the function that makes instances of rows.

    A row holds the columns in the table's order, then the row id if there is no key. An
    instance that is loaded already is brought up to date, unless it has unsaved changes.
    """
    count = len(mapper.attributes)
    variables = [f"v{number}" for number in range(count)]
    unpacked = [*variables, "rowid"] if not mapper.key else variables
    scope: dict[str, Any] = {"cls": mapper.model, "new": mapper.model.__new__, "Batch": Batch}
    lines = [
        "def load(rows, session, identity, dirty):",
        " out = []",
        " append = out.append",
        " known = identity.get",
        *([" batch = Batch(out)"] if mapper.relationships else []),
        " for row in rows:",
        f"  {', '.join(unpacked)}, = row",
    ]
    for number, attribute in enumerate(mapper.attributes):
        decode = attribute.column.type.decode
        if decode is not None:
            scope[f"decode{number}"] = decode
            lines.append(f"  if v{number} is not None: v{number} = decode{number}(v{number})")
    lines += [
        f"  key = {_key_expression(mapper)}",
        "  instance = known(key)",
        "  if instance is None:",
        "   instance = identity[key] = new(cls)",
        "   d = instance.__dict__",
        f"   d[{SESSION!r}] = session",
        "   append(instance)",
        "  else:",
        "   append(instance)",
        "   if dirty and id(instance) in dirty: continue",
        "   d = instance.__dict__",
    ]
    for name, variable in zip(mapper.by_name, variables, strict=True):
        if name in mapper.containers:
            lines += [f"  d.pop({name!r}, None)", f"  d[{as_read(name)!r}] = {variable}"]
        else:
            lines.append(f"  d[{name!r}] = {variable}")
    if not mapper.key:
        lines.append(f"  d[{ROWID!r}] = rowid")
    if mapper.relationships:
        lines.append(f"  d[{BATCH!r}] = batch")
    lines.append(" return out")
    return _compiled(lines, scope, "load")


def make_row_of(mapper: Mapper) -> Callable[[Any], tuple[Stored, ...]]:
    """Return the function that gives the stored values of an instance."""
    scope: dict[str, Any] = {}
    lines = ["def row_of(instance):", " d = instance.__dict__"]
    parts = []
    for number, attribute in enumerate(mapper.attributes):
        encode = attribute.column.type.encode
        if encode is None:
            parts.append(f"d[{attribute.name!r}]")
            continue
        if attribute.name in mapper.containers:
            scope[f"encode{number}"] = container_encoder(attribute.name, encode)
            parts.append(f"encode{number}(d)")
            continue
        scope[f"encode{number}"] = encode
        lines.append(f" v{number} = d[{attribute.name!r}]")
        parts.append(f"None if v{number} is None else encode{number}(v{number})")
    lines.append(f" return ({', '.join(parts)},)")
    return _compiled(lines, scope, "row_of")


def _key_expression(mapper: Mapper) -> str:
    if not mapper.key:
        return "rowid"
    positions = [
        number for number, attribute in enumerate(mapper.attributes) if attribute.name in mapper.key
    ]
    parts = ", ".join(f"v{position}" for position in positions)
    return parts if len(positions) == 1 else f"({parts})"


def _plain_check(type_: ColumnType[Any]) -> str | None:
    """Return the generated check for values with nothing to convert, if the type has one."""
    is_ordinary = type_ == TYPES.get(type_.python_type)
    return _PLAIN_CHECKS.get(type_.python_type) if is_ordinary else None


def _filler(column: Column[Any], table: str, *, is_optional: bool) -> Callable[[object], object]:
    """Return the long way to a value: defaults, None, conversion and validators.

    Args:
        is_optional: Nothing need be given, since a relationship may give the value later.
    """

    def fill(value: object) -> object:
        if value is MISSING:
            if column.has_default:
                return column.convert(column.resolve_default(), table)
            if column.nullable or column.primary_key or is_optional:
                return None
            raise ValidationError(
                f"Missing required column '{column.attribute}' of table '{table}' "
                f"({column.model}).",
                table_name=table,
                column_name=column.name,
            )
        return column.convert(value, table)

    return fill


def _compiled(lines: list[str], scope: dict[str, Any], name: str) -> Callable[..., Any]:
    exec(compile("\n".join(lines), f"<pytuck {name}>", "exec"), scope)  # noqa: S102 - see above
    function: Callable[..., Any] = scope[name]
    return function
