"""Plans as plain data that JSON can hold, and back: dialogs edit them, other processes run them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar

from pytuck.common.exceptions import ConfigurationError
from pytuck.common.options import BackendOptions, get_default_backend_options
from pytuck.types import ColumnType, type_from_sql, type_of

T = TypeVar("T")

TypeName = str | type | ColumnType[Any]
"""A column type: a Python class, a type of `pytuck.types`, or its declared name, such as DATE."""


def resolved_type(given: TypeName) -> ColumnType[Any]:
    """Return the column type that was given in one of three ways.

    Raises:
        ConfigurationError: There is no type of this name.
    """
    if not isinstance(given, str):
        return type_of(given)
    found = type_from_sql(given)
    if type(found).__name__ == "RawType":
        raise ConfigurationError(f"There is no column type '{given}'.")
    return found


def type_names(types: Mapping[str, TypeName]) -> dict[str, str]:
    """Return types by column as the names by which `resolved_type` finds them."""
    return {column: resolved_type(kind).sql_name for column, kind in types.items()}


def options_to_dict(options: BackendOptions | None) -> dict[str, Any] | None:
    """Return options as plain data, without their password."""
    if options is None:
        return None
    return {name: value for name, value in asdict(options).items() if name != "password"}


def options_from_dict(engine: str | None, plain: Mapping[str, Any] | None) -> Any:
    """Return the options of an engine from plain data.

    Raises:
        ConfigurationError: The engine has no such option, or is not named.
    """
    if plain is None:
        return None
    if engine is None:
        raise ConfigurationError("Options need the name of the engine that they are for.")
    return from_plain(type(get_default_backend_options(engine)), plain)


def from_plain(kind: type[T], plain: Mapping[str, Any]) -> T:
    """Return a dataclass made of plain data.

    Raises:
        ConfigurationError: It has no field of a name.
    """
    assert is_dataclass(kind)
    known = {field.name for field in fields(kind) if field.init}
    unknown = sorted(set(plain) - known)
    if unknown:
        raise ConfigurationError(f"A {kind.__name__} has no {', '.join(unknown)}.")
    return kind(**plain)


def path_of(given: str | Path) -> Path:
    """Return a path with the user's home folder put in."""
    return Path(given).expanduser()
