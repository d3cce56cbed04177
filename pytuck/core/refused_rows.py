"""Why rows were not written: gone, changed by somebody else, there already, or not storable."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytuck.backends import Connection
from pytuck.common.exceptions import (
    DuplicateKeyError,
    PytuckException,
    StaleDataError,
    ValidationError,
)
from pytuck.compiler import compile_statement
from pytuck.core.mapping import Attribute, Mapper
from pytuck.core.unit_of_work import Change
from pytuck.query import Select, select

_KEYS_A_QUESTION = 500
"""Keys looked for by one question; far below the least number of parameters engines allow."""


def unstorable(mapper: Mapper, instances: Sequence[Any], err: Exception) -> PytuckException:
    """Return the error for the first value that has no stored form."""
    for instance in instances:
        for name, attribute in mapper.by_name.items():
            try:
                attribute.column.type.to_storage(
                    attribute.column.convert(getattr(instance, name), mapper.table)
                )
            except ValidationError as found:
                return found
            except AttributeError:
                return ValidationError(
                    f"A {mapper.model.__name__} has no value for '{name}'; its __init__ must "
                    "call that of its base.",
                    table_name=mapper.table,
                    column_name=attribute.column.name,
                )
    return ValidationError(f"A {mapper.model.__name__} cannot be stored: {err}")


def named_duplicate(
    connection: Connection, mapper: Mapper, group: Sequence[Any], err: DuplicateKeyError
) -> DuplicateKeyError:
    """Return the error with the value that exists already, where it can be told."""
    column = next((a for a in mapper.attributes if a.column.name == err.column_name), None)
    if column is None and err.pk is not None:
        column = next((a for a in mapper.attributes if _has_twice(group, a, err.pk)), None)
    if column is None:
        return err
    if err.pk is not None:  # the database said it, as text
        values = (instance.__dict__.get(column.name) for instance in group)
        value = next((item for item in values if str(item) == err.pk), err.pk)
        return DuplicateKeyError(mapper.table, value, column_name=column.column.name)
    expression = mapper.source.c[column.column.name]
    seen: set[Any] = set()
    for instance in group:
        value = instance.__dict__.get(column.name)
        if value is None or not isinstance(value, (int, str, bytes, float)):
            continue
        found = select(expression).where(expression == value)
        stored = connection.execute(compile_statement(found, connection.dialect)).rows
        if value in seen or stored:
            return DuplicateKeyError(mapper.table, value, column_name=column.column.name)
        seen.add(value)
    return err


def _has_twice(group: Sequence[Any], attribute: Attribute, value: object) -> bool:
    """Return whether a column that allows it once has a value, given as text, twice in a batch."""
    if not (attribute.column.unique or attribute.column.primary_key):
        return False
    return sum(str(item.__dict__.get(attribute.name)) == value for item in group) > 1


def missing_keys(connection: Connection, mapper: Mapper, keys: Sequence[Any]) -> list[Any]:
    """Return those of `keys` that no row has."""
    found = _found_versions(connection, mapper, keys)
    return [key for key in keys if key not in found]


def _found_versions(connection: Connection, mapper: Mapper, keys: Sequence[Any]) -> dict[Any, Any]:
    """Return the versions of the rows that have one of `keys`, by key."""
    columns = [mapper.source.c[mapper.by_name[name].column.name] for name in mapper.key]
    wanted = columns or [mapper.source.rowid]
    types = [column.type for column in wanted]
    version = mapper.version
    if version is not None:
        wanted = [*wanted, mapper.source.c[mapper.by_name[version].column.name]]
    found: dict[Any, Any] = {}
    for start in range(0, len(keys), _KEYS_A_QUESTION):
        some = keys[start : start + _KEYS_A_QUESTION]
        statement: Select[Any] = Select(
            tuple(column.node for column in wanted), mapper.source.node, mapper.any_of(some)
        )
        for row in connection.execute(compile_statement(statement, connection.dialect)).rows:
            parts = tuple(kind.from_storage(part) for kind, part in zip(types, row, strict=False))
            found[parts[0] if len(parts) == 1 else parts] = row[-1] if version else None
    return found


def refuse_missing(
    connection: Connection, mapper: Mapper, names: tuple[str, ...], group: Sequence[Change]
) -> None:
    """Raise for the first row that was not written; triggers may have made it look so."""
    keys = [mapper.key_of(instance) for instance, _ in group]
    found = _found_versions(connection, mapper, keys)
    for key, (instance, before) in zip(keys, group, strict=True):
        is_there = key in found
        # Somebody else's change may have counted the version up to the very same number.
        if is_there and (
            mapper.version is None or _holds(connection, mapper, names, instance, key)
        ):
            continue
        old_key = mapper.key_before(instance, before)
        raise _stale_row(mapper, old_key, before.get(mapper.version or ""), is_there)


def _holds(
    connection: Connection, mapper: Mapper, names: tuple[str, ...], instance: Any, key: Any
) -> bool:
    """Return whether a row holds the values that its object has."""
    columns = [mapper.source.c[mapper.by_name[name].column.name].node for name in names]
    statement: Select[Any] = Select(tuple(columns), mapper.source.node, mapper.any_of([key]))
    rows = connection.execute(compile_statement(statement, connection.dialect)).rows
    encoders = [mapper.encoder(name) for name in names]
    values = instance.__dict__
    wanted = tuple(
        values[name] if encode is None or values[name] is None else encode(values[name])
        for name, encode in zip(names, encoders, strict=True)
    )
    return bool(rows) and tuple(rows[0]) == wanted


def stale(mapper: Mapper, instance: Any, missing: int) -> StaleDataError:
    """Return the error for rows that were not written.

    Args:
        instance: The one that is meant, if it is known and its row is still there.
        missing: How many there are.
    """
    if instance is not None and mapper.version is not None:
        version = instance.__dict__.get(mapper.version)
        return _stale_row(mapper, mapper.key_of(instance), version, is_there=True)
    return StaleDataError(
        f"{missing} rows of table '{mapper.table}' ({mapper.model.__name__}) that were to be "
        "written were changed or deleted by somebody else. Roll back and read again.",
        table_name=mapper.table,
    )


def _stale_row(mapper: Mapper, key: Any, version: Any, is_there: bool) -> StaleDataError:
    name = f"{mapper.model.__name__} with the key {key!r} (table '{mapper.table}')"
    if is_there and mapper.version is not None:
        said = f"{name} no longer has the version {version!r}; somebody else changed it."
    else:
        counted = f" of version {version!r}" if mapper.version is not None else ""
        said = f"{name}{counted} no longer exists; somebody else deleted it."
    return StaleDataError(
        f"{said} Roll back and read again.",
        table_name=mapper.table,
        pk=key,
        details={"expected_version": version} if mapper.version is not None else None,
    )


def still_there(connection: Connection, mapper: Mapper, instances: Sequence[Any]) -> Any:
    """Return the first instance that a delete left, because its version is another now."""
    found = _found_versions(connection, mapper, [mapper.key_of(item) for item in instances])
    return next((item for item in instances if mapper.key_of(item) in found), None)
