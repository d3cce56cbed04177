"""Compiled statements by their shape."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from pytuck.compiler.compiled import Compiled, Template
from pytuck.compiler.dialects import Dialect
from pytuck.compiler.shapes import Shape, shape_of
from pytuck.compiler.statements import write_statement
from pytuck.query.statements import Insert, Statement
from pytuck.types import Stored

_MAX_TEMPLATES = 2048


class _TemplateCache:
    """The templates used last, at most `_MAX_TEMPLATES`, shared by all threads."""

    def __init__(self) -> None:
        self._templates: OrderedDict[tuple[str, Shape], Template] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[str, Shape]) -> Template | None:
        return self._templates.get(key)

    def put(self, key: tuple[str, Shape], template: Template) -> None:
        with self._lock:
            self._templates[key] = template
            while len(self._templates) > _MAX_TEMPLATES:
                self._templates.popitem(last=False)


_cache = _TemplateCache()


def compile_statement(statement: Statement, dialect: Dialect) -> Compiled:
    """Return the SQL and the parameters of a statement.

    Raises:
        QueryError: The statement is not complete.
        UnsupportedOperationError: The dialect cannot say it.

    Cost: a repeated shape costs a walk over the statement and a dictionary look-up.
    """
    parameters: list[Stored] = []
    key = (dialect.name, shape_of(statement, parameters))
    template = _cache.get(key)
    if template is None:
        template = write_statement(statement, dialect)
        _cache.put(key, template)
    if isinstance(statement, Insert):
        return Compiled(template, statement.rows or ((),))
    return Compiled(template, (tuple(parameters),))
