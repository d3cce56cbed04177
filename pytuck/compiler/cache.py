"""Compiled statements by their shape."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import Any

from pytuck.common.exceptions import QueryError
from pytuck.compiler.compiled import Compiled, Template
from pytuck.compiler.dialects import Dialect
from pytuck.compiler.shapes import Parameters, shape_of
from pytuck.compiler.statements import write_statement
from pytuck.query.node_sources import TOO_DEEP
from pytuck.query.statements import Insert, Statement
from pytuck.types import Stored

_MAX_TEMPLATES = 2048


_templates: dict[tuple[str, str], Template] = {}
"""By the name of the dialect and the shape; shared by all threads, the oldest one first."""

_lock = Lock()


def compile_statement(statement: Statement, dialect: Dialect) -> Compiled:
    """Return the SQL and the parameters of a statement.

    Raises:
        QueryError: The statement is not complete, too deep or too long.
        UnsupportedOperationError: The dialect cannot say it.

    Cost: the same statement again costs a look at it; one of a known shape costs a walk over it
    and a dictionary look-up.
    """
    known: tuple[Dialect, Compiled] | None = statement.compiled
    if known is not None and known[0] is dialect:
        return known[1]
    parameters = Parameters(dialect)
    try:
        key = (dialect.name, shape_of(statement, parameters))
        template = _templates.get(key)
        if template is None:
            template = _written(statement, dialect, parameters)
            _remember(key, template)
    except RecursionError:
        raise QueryError(TOO_DEEP) from None
    values = tuple(parameters)
    sets = _sets(statement, values) if type(statement) is Insert else (values,)
    compiled = tuple.__new__(Compiled, (template, sets))  # twice as fast as a call
    # Statements never change, so this is no change either.
    object.__setattr__(statement, "compiled", (dialect, compiled))
    return compiled


def _remember(key: tuple[str, str], template: Template) -> None:
    with _lock:
        _templates[key] = template
        if len(_templates) > _MAX_TEMPLATES:
            del _templates[next(iter(_templates))]


def _written(statement: Statement, dialect: Dialect, parameters: Parameters) -> Template:
    if len(parameters) > dialect.most_parameters:
        raise QueryError(
            f"The statement has {len(parameters):,} values; {dialect.name} takes "
            f"{dialect.most_parameters:,}. A list of any length can be given to in_()."
        )
    template = write_statement(statement, dialect)
    own = len(statement.columns) if isinstance(statement, Insert) and _has_rows(statement) else 0
    if template.filled_key is not None and not template.filled_key.is_given:
        own += 1
    if len(template.parameter_types) != own + len(parameters):
        raise AssertionError(f"The parameters do not fit this SQL: {template.sql}")
    return template


def _has_rows(statement: Insert[Any]) -> bool:
    return statement.question is None


def _sets(statement: Insert[Any], parameters: tuple[Stored, ...]) -> Sequence[tuple[Stored, ...]]:
    """Return one set of parameters for each time an insert runs: for each of its rows."""
    if not _has_rows(statement):
        return (parameters,)
    rows = statement.rows or ((),)
    return [row + parameters for row in rows] if parameters else rows
