"""The types of the columns of a CSV file of others: decided by somebody, or found out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pytuck.formats.base import RowsRepeatedError
from pytuck.formats.text_inference import TextInference
from pytuck.schema import Column, Table
from pytuck.types import ColumnType
from pytuck.types.registry import type_of


class FoundTypes:
    """What the fields seen so far say about the types of a table's columns.

    Args:
        names: The names of the columns.
        decided: The types of some of them, which are not looked at.
        null: What stands for NULL beside nothing at all.

    Attributes:
        are_final: All fields were looked at, or as many as shall be.
        are_broken: A table was made of types that later fields were not of.
    """

    def __init__(self, names: Sequence[str], decided: Mapping[str, Any], null: str) -> None:
        self.names = names
        self._decided: dict[str, ColumnType[Any]] = {
            name: type_of(decided[name]) for name in names if name in decided
        }
        self._places = [place for place, name in enumerate(names) if name not in self._decided]
        self._inference = TextInference(names[place] for place in self._places)
        self._null = null
        self._given: Mapping[str, ColumnType[Any]] = {}
        self.are_final = not self._places
        self.are_broken = False

    @property
    def words(self) -> dict[str, tuple[str, str]]:
        """The words for true and false, by column."""
        return {found.column: found.words for found in self._inference.result() if found.words}

    def table(self, name: str) -> Table:
        """Return a table of the types as they are found by now."""
        self._given = self._types()
        self.are_broken = False
        return Table(name, tuple(Column(name, self._given[name]) for name in self.names))

    def add(self, columns: Sequence[Sequence[str | None]]) -> None:
        """Look at the fields of more rows, column by column."""
        self._inference.add_columns([self._without_null(columns[place]) for place in self._places])

    def check(self, columns: Sequence[Sequence[str | None]]) -> None:
        """Look at the fields of rows that are read as rows of the table.

        Raises:
            RowsRepeatedError: One of them is of another type than its column.
        """
        self.add(columns)
        if self._types() != self._given:
            self.are_broken = True
            raise RowsRepeatedError

    def _types(self) -> dict[str, ColumnType[Any]]:
        return self._decided | {found.column: found.type for found in self._inference.result()}

    def _without_null(self, column: Sequence[str | None]) -> Sequence[str | None]:
        if self._null and self._null in column:
            return [None if text == self._null else text for text in column]
        return column
