"""What the compiler gives to an engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from pytuck.types import ColumnType, Stored


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """One column of an answer: its name, and how its stored values are read."""

    name: str
    type: ColumnType[Any]


Action = Literal["select", "insert", "update", "delete"]


@dataclass(frozen=True, slots=True)
class FilledKey:
    """A key that the connection gives, because the database does not.

    Attributes:
        column: The key's column.
        position: Which parameter it is.
        is_given: Values are given for it already; only where they are NULL it is filled in.
    """

    column: str
    position: int
    is_given: bool


@dataclass(frozen=True, slots=True)
class Template:
    """The SQL of all statements of one shape; only their parameters differ.

    Attributes:
        table: The table concerned, for error messages; None if there is none.
        parameter_names: The columns the parameters belong to, as far as known, for messages.
        parameter_types: The types of the parameters, for drivers that take other values than
            ours; None for what the dialect made itself.
        action: What it does.
        batch_sql: The same write for many sets of parameters at once, each parameter a list;
            None where the dialect does not ask for it, or the statement has no such form.
        is_plain: It inserts the parameters as they are, and nothing else.
        filled_key: The key that the connection gives to new rows.
        conflict_places: The parameters that say which row an insert would be in conflict with.
    """

    sql: str
    columns: tuple[ResultColumn, ...]
    is_write: bool
    table: str | None
    parameter_names: tuple[str, ...] = ()
    parameter_types: tuple[ColumnType[Any] | None, ...] = ()
    action: Action = "select"
    batch_sql: str | None = None
    is_plain: bool = False
    filled_key: FilledKey | None = None
    conflict_places: tuple[int, ...] = ()


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
