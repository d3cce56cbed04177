"""JSON files of others, which do not describe their tables: lists of records, and objects.

They are read twice, once for the types and once for the rows; a small one is kept in memory
meanwhile.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytuck.common.exceptions import FileFormatError
from pytuck.common.progress import Work
from pytuck.formats.base import Overrides, StoredRow, TableStream
from pytuck.formats.json_codec import JsonCodec
from pytuck.formats.json_inference import RecordInference
from pytuck.formats.json_layout import ForeignTable, JsonLayout, Shape
from pytuck.formats.json_source import JsonSource
from pytuck.formats.usable_names import usable_names

KEPT_BYTES = 16 << 20
"""A file of so many bytes is parsed only once; its records need about eight times as much."""

Records = list[dict[str, Any]]


@dataclass(slots=True)
class _Found:
    """One list of records."""

    name: str
    inference: RecordInference
    count: int = 0


class _NotRecordsError(Exception):
    """A list has something else than records, or a value is no list."""


class ForeignJson:
    """One file of somebody else's."""

    def __init__(
        self,
        path: Path,
        codec: JsonCodec,
        layout: JsonLayout,
        overrides: Overrides,
        work: Work,
    ) -> None:
        self._path = path
        self._codec = codec
        self._layout = layout
        self._overrides = overrides
        self._work = work
        self._found: list[_Found] = []
        self._kept: list[tuple[str, Records]] | None = []

    def streams(self) -> Generator[TableStream, None, None]:
        """Give the tables, after all values were looked at."""
        self._survey()
        names, _ = usable_names(found.name for found in self._found)
        self._layout.empty = tuple(found.name for found in self._found if not found.count)
        rest = self._all_records()
        for found, name in zip(self._found, names, strict=True):
            if found.count:
                stream = self._stream(found, name, rest)
                yield stream
                for _ in stream.batches:
                    pass

    def _stream(self, found: _Found, name: str, rest: Iterator[tuple[str, Records]]) -> TableStream:
        inference = found.inference
        columns, notes = usable_names(inference.keys_seen())
        if not columns:
            raise FileFormatError(
                f"'{self._path}': the records of '{found.name}' have no keys, so there are no "
                "columns. Give them some.",
                details={"path": str(self._path)},
            )
        table = inference.table(columns, name)
        if name != found.name:
            notes.insert(0, f"{found.name!r} is called {name!r}")
        keys = dict(zip(columns, inference.keys, strict=True))
        styles = inference.styles
        self._layout.tables[name] = table
        self._layout.foreign[name] = ForeignTable(
            found.name,
            keys,
            inference.sparse_keys,
            {column: styles[key] for column, key in keys.items() if key in styles},
        )
        return TableStream(
            table, self._rows(found, name, rest), is_inferred=True, notes=tuple(notes)
        )

    def _rows(
        self, found: _Found, name: str, rest: Iterator[tuple[str, Records]]
    ) -> Iterator[list[StoredRow]]:
        done = 0
        while done < found.count:
            _, records = next(rest)
            if not records:
                continue
            rows = found.inference.rows(records, done + 1)
            done += len(rows)
            yield rows  # type: ignore[misc]
            self._work.step("reading", name, done, found.count)

    def _survey(self) -> None:
        """Look at all records, and find out the shape."""
        with self._path.open("rb") as file:
            source = JsonSource(file, self._path, self._codec)
            is_list = source.next_byte() == b"["
        try:
            self._look_at_all("records" if is_list else "tables")
        except _NotRecordsError as err:
            if is_list:
                raise FileFormatError(
                    f"'{self._path}' is a list with something else than objects in it ({err}). "
                    "Tables are read from a list of objects, an object of such lists, or one "
                    "object.",
                    details={"path": str(self._path)},
                ) from None
            self._look_at_all("record")

    def _look_at_all(self, shape: Shape) -> None:
        self._layout.shape = shape
        self._found, self._kept = [], []
        limit = self._overrides.sample_rows
        for name, records, position in self._records():
            if not self._found or self._found[-1].name != name:
                self._found.append(self._new(name))
            found = self._found[-1]
            if limit is None or found.count < limit:
                found.inference.look_at(
                    records if limit is None else records[: limit - found.count]
                )
            found.inference.add_keys(records)
            found.count += len(records)
            if position > KEPT_BYTES:
                self._kept = None
            elif self._kept is not None:
                self._kept.append((name, records))
            self._work.step("reading", name, position, unit="bytes")

    def _new(self, name: str) -> _Found:
        types = self._overrides.types.get(name, {})
        is_sample = self._overrides.sample_rows is not None
        return _Found(name, RecordInference(name, types, self._path, is_sample=is_sample))

    def _all_records(self) -> Iterator[tuple[str, Records]]:
        if self._kept is not None:
            while self._kept:
                yield self._kept.pop(0)
            return
        for name, records, _ in self._records():
            yield name, records

    def _records(self) -> Iterator[tuple[str, Records, int]]:
        """Give all records with the name of their table and the place that was reached."""
        with self._path.open("rb") as file:
            source = JsonSource(file, self._path, self._codec)
            shape = self._layout.shape
            if shape == "record":
                yield self._path.stem, [source.value()], source.position
            elif shape == "records":
                yield from self._items(source, self._path.stem, levels=1)
            else:
                for name in source.members():
                    if source.next_byte() != b"[":
                        raise _NotRecordsError
                    yield from self._items(source, name, levels=2)
            source.check_end()

    def _items(
        self, source: JsonSource, name: str, levels: int
    ) -> Iterator[tuple[str, Records, int]]:
        yield name, [], source.position
        is_first = True
        for piece in source.items():
            if set(map(type, piece.values)) != {dict}:
                kind = next(type(value) for value in piece.values if type(value) is not dict)
                raise _NotRecordsError(f"'{kind.__name__}' before byte {source.position}")
            if is_first and piece.text.startswith((b"{\n", b"{\r\n")):
                self._layout.indent = _indent(piece.text) // (levels + 1)
            is_first = False
            yield name, piece.values, source.position


def _indent(text: bytes) -> int:
    """Return by how many spaces the second line is moved in."""
    _, _, line = text.partition(b"\n")
    return len(line) - len(line.lstrip(b" "))
