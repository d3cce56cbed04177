"""Values as Python code that a person would write."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Any


def text_code(value: object) -> str:
    """Return the code of a value, in double quotes if it is a text that allows it."""
    code = repr(value)
    return f'"{code[1:-1]}"' if code[0] == "'" and '"' not in code else code


def value_code(value: Any) -> str:
    """Return the code of a value that a column may hold; its names are those of its classes."""
    if isinstance(value, Enum):
        return value_code(value.value)
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    if isinstance(value, (datetime, date, time, timedelta)):
        return repr(value).replace("datetime.", "")
    if isinstance(value, tuple):
        return f"({', '.join(map(value_code, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, list):
        return f"[{', '.join(map(value_code, value))}]"
    if isinstance(value, dict):
        pairs = (f"{value_code(key)}: {value_code(item)}" for key, item in value.items())
        return f"{{{', '.join(pairs)}}}"
    return text_code(value)


def call_code(name: str, arguments: Iterable[str], *, room: int = 88) -> str:
    """Return the code of a call, with an argument in each line if it is too long for one."""
    given = list(arguments)
    line = f"{name}({', '.join(given)})"
    if len(line) <= room and "\n" not in line:
        return line
    body = "".join(f"{argument},\n" for argument in given)
    return f"{name}(\n{indented(body)})"


def indented(code: str) -> str:
    """Return code four places further to the right.

    Texts in it have no line ends of their own, since `repr` writes those as escapes.
    """
    return "".join(f"    {line}" for line in code.splitlines(keepends=True))
