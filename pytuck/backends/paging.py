"""Rows by position."""

from __future__ import annotations

from typing import Any

from pytuck.backends.base import Engine
from pytuck.query import Select


class RowOrder:
    """The rows of a question by position."""

    def __init__(self, engine: Engine, statement: Select[Any]) -> None:
        self.engine = engine
        self.statement = statement
