"""Turning the stored rows of an answer into objects, where parts of a row are objects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import compress
from typing import Any

from pytuck.backends.results import StoredRow, read_rows
from pytuck.backends.rows import Rows
from pytuck.compiler import Template
from pytuck.core.mapping import Mapper

LoadObjects = Callable[[Mapper, Template, list[Any]], list[Any]]
"""Returns the objects of rows that hold exactly a model's columns."""

Entity = tuple[type[Any], int, str] | None
"""A part of a row: a model, the number of its columns and its name; None for a plain value."""


class PartReader:
    """Reads rows whose parts are objects and plain values.

    Args:
        entities: The parts, from left to right.
        template: The statement that gave the rows.
        load: Makes objects of rows.
    """

    def __init__(self, entities: Sequence[Entity], template: Template, load: LoadObjects) -> None:
        self._load = load
        self._is_single = len(entities) == 1 and entities[0] is not None
        self._parts: list[tuple[Entity, slice, Template]] = []
        start = 0
        for entity in entities:
            place = slice(start, start + (1 if entity is None else entity[1]))
            columns = replace(template, columns=template.columns[place])
            self._parts.append((entity, place, columns))
            start = place.stop
        self._names = tuple(
            columns.columns[0].name if entity is None else entity[2]
            for entity, _, columns in self._parts
        )

    def __call__(self, rows: list[StoredRow]) -> list[Any]:
        """Return a tuple for each row, or the object if the rows have that part alone."""
        parts = [self._read(entity, place, columns, rows) for entity, place, columns in self._parts]
        return parts[0] if self._is_single else Rows(zip(*parts, strict=True), self._names)

    def _read(
        self, entity: Entity, place: slice, columns: Template, rows: list[StoredRow]
    ) -> list[Any]:
        cut = [row[place] for row in rows]
        if entity is None:
            return [value for (value,) in read_rows(columns, cut).plain()]
        mapper: Mapper = entity[0].__mapper__
        keys = mapper.key_places
        is_there = [any(row[key] is not None for key in keys) for row in cut]
        found = iter(self._load(mapper, columns, list(compress(cut, is_there))))
        # A row that an outer join found no partner for has NULLs, which are no object.
        return [next(found) if is_one else None for is_one in is_there]
