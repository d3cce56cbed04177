"""SQL of many sets of parameters at once, each parameter a list with one value for each set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytuck.compiler.dialects import Dialect
from pytuck.types import RAW, ColumnType

BATCH = "pytuck_batch"
"""The name under which a write reads its sets of parameters."""

Types = Sequence[ColumnType[Any] | None]


def batch_source(types: Types, dialect: Dialect) -> str:
    """Return the source with one row for each set; its columns are the parameters' numbers."""
    values = ", ".join(
        f"{_values(number, kind, dialect)} AS {dialect.quote(str(number))}"
        for number, kind in enumerate(types, 1)
    )
    return f"(SELECT {values}) AS {BATCH}"


def all_of_batch(types: Types, dialect: Dialect) -> str:
    """Return the question that gives every set as a row."""
    return f"SELECT * FROM {batch_source(types, dialect)}"


def _values(number: int, kind: ColumnType[Any] | None, dialect: Dialect) -> str:
    parameter = dialect.placeholder.format(number)
    if kind is None or kind == RAW:
        return f"unnest({parameter})"
    return f"unnest(CAST({parameter} AS {dialect.column_type(kind)}[]))"
