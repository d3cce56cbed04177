"""Objects as plain dictionaries, with those related to them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

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
