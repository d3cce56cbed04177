"""Objects as plain dictionaries, with those related to them."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from pytuck.common.exceptions import ValidationError
from pytuck.core.mapping import Mapper
from pytuck.types.tracked import untracked


def to_plain(
    instance: Any,
    *,
    use_column_names: bool = False,
    include: Iterable[str] | None = None,
    exclude: Iterable[str] | None = None,
    depth: int = 0,
) -> dict[str, Any]:
    """Return the values of an object's columns, and its relationships down to `depth` steps.

    Raises:
        ValidationError: `include` or `exclude` names what the model does not have.
    """
    mapper: Mapper = instance.__mapper__
    related = mapper.relationships if depth > 0 else {}
    known = {*mapper.by_name, *mapper.relationships}
    wanted = None if include is None else set(include)
    left_out = set(exclude or ()) if wanted is None else set()
    unknown = ((wanted or set()) | left_out) - known
    if unknown:
        raise ValidationError(
            f"{mapper.model.__name__} has no attribute {', '.join(sorted(unknown))}.",
            table_name=mapper.table,
        )
    plain = {
        (attribute.column.name if use_column_names else name): untracked(getattr(instance, name))
        for name, attribute in mapper.by_name.items()
        if _is_wanted(name, wanted, left_out)
    }
    for name in related:
        if _is_wanted(name, wanted, left_out):
            value = getattr(instance, name)
            plain[name] = _related(value, use_column_names, depth - 1, (id(instance),))
    return plain


def plain_value(value: Any) -> Any:
    """Return a value as JSON can hold it.

    Dates become ISO 8601, durations seconds, bytes base64, decimals and UUIDs text.

    Raises:
        TypeError: There is no such form.
    """
    if value is None or (isinstance(value, (str, int, float)) and not isinstance(value, Enum)):
        return value
    if isinstance(value, dict):
        return {key: plain_value(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_value(item) for item in value]
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, Enum):
        return plain_value(value.value)
    if isinstance(value, (Decimal, UUID)):
        return str(value)
    raise TypeError(f"{value!r} has no form in JSON.")


def _is_wanted(name: str, wanted: set[str] | None, left_out: set[str]) -> bool:
    return name in wanted if wanted is not None else name not in left_out


def _related(value: Any, use_column_names: bool, depth: int, path: tuple[int, ...]) -> Any:
    if value is None:
        return None
    if isinstance(value, list):
        return [_related(item, use_column_names, depth, path) for item in value]
    mapper: Mapper = value.__mapper__
    if id(value) in path:
        return _columns(value, mapper, use_column_names, mapper.key)
    plain = _columns(value, mapper, use_column_names, tuple(mapper.by_name))
    if depth > 0:
        for name in mapper.relationships:
            item = getattr(value, name)
            plain[name] = _related(item, use_column_names, depth - 1, (*path, id(value)))
    return plain


def _columns(
    instance: Any, mapper: Mapper, use_column_names: bool, names: tuple[str, ...]
) -> dict[str, Any]:
    return {
        (mapper.by_name[name].column.name if use_column_names else name): untracked(
            getattr(instance, name)
        )
        for name in names
    }
