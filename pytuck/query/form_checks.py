"""Whether the fields of a node that came as plain data are what its class says.

Data comes from files and from the network, and some fields are words of the language that end up
in SQL as they are: none but the known ones may pass.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

Check = Callable[[Any], bool]


def checks_of(kind: type[Any]) -> dict[str, Check]:
    """Return a check for each field of a class of nodes, by the type it is declared with."""
    hints = get_type_hints(kind)
    return {field.name: _check(hints[field.name]) for field in fields(kind)}


def _check(declared: Any) -> Check:
    origin, arguments = get_origin(declared), get_args(declared)
    if declared is Any or isinstance(declared, TypeVar):
        return _anything
    if origin is Literal:
        words = frozenset(arguments)
        return lambda value: isinstance(value, str) and value in words
    if origin in (Union, UnionType):
        checks = [_check(item) for item in arguments]
        return lambda value: any(check(value) for check in checks)
    if origin is tuple:
        return _tuple_check(arguments)
    kind: type[Any] = NoneType if declared is None else origin or declared
    if kind in (int, float):
        return lambda value: type(value) is kind
    return lambda value: isinstance(value, kind)


def _tuple_check(arguments: tuple[Any, ...]) -> Check:
    if arguments[-1] is Ellipsis:
        check = _check(arguments[0])
        return lambda value: isinstance(value, tuple) and all(map(check, value))
    checks = [_check(item) for item in arguments]
    return lambda value: (
        isinstance(value, tuple)
        and len(value) == len(checks)
        and all(check(item) for check, item in zip(checks, value, strict=True))
    )


def _anything(value: Any) -> bool:
    return True
