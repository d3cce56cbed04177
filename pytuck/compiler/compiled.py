"""What the compiler gives to an engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from pytuck.types import ColumnType, Stored


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """One column of an answer: its name, and how its stored values are read."""

    name: str
    type: ColumnType[Any]


@dataclass(frozen=True, slots=True)
class Template:
    """The SQL of all statements of one shape; only their parameters differ.

    Attributes:
        table: The table concerned, for error messages; None if there is none.
        parameter_names: The columns the parameters belong to, as far as known, for messages.
        parameter_types: The types of the parameters, for drivers that take other values than
            ours; None for what the dialect made itself.
    """

    sql: str
    columns: tuple[ResultColumn, ...]
    is_write: bool
    table: str | None
    parameter_names: tuple[str, ...] = ()
    parameter_types: tuple[ColumnType[Any] | None, ...] = ()


class Compiled(NamedTuple):
    """One statement, ready to run.

    Attributes:
        parameters: The values of `?1`, `?2`, ...; as many sets as the statement is run times.
    """

    template: Template
    parameters: Sequence[Sequence[Stored]]

    @property
    def sql(self) -> str:
        """The SQL text."""
        return self.template.sql
