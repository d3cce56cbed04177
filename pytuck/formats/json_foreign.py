"""JSON files of others, which do not describe their tables: lists of records, and objects."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pytuck.common.exceptions import FileFormatError
from pytuck.common.progress import Work
from pytuck.formats.base import Overrides
from pytuck.formats.foreign_records import ForeignRecords, Records
from pytuck.formats.json_codec import JsonCodec
from pytuck.formats.json_layout import JsonLayout
from pytuck.formats.json_source import JsonSource


class _NotRecordsError(Exception):
    """A list has something else than records, or a value is no list."""


class ForeignJson(ForeignRecords):
    """One JSON file of somebody else's."""

    def __init__(
        self, path: Path, codec: JsonCodec, layout: JsonLayout, overrides: Overrides, work: Work
    ) -> None:
        super().__init__(path, layout, overrides, work)
        self._codec = codec
        self._shape = layout

    def _survey(self) -> None:
        """Look at all records, and find out the shape."""
        with self._path.open("rb") as file:
            source = JsonSource(file, self._path, self._codec)
            is_list = source.next_byte() == b"["
        self._shape.shape = "records" if is_list else "tables"
        try:
            self._look_at_all()
        except _NotRecordsError as err:
            if is_list:
                raise FileFormatError(
                    f"'{self._path}' is a list with something else than objects in it ({err}). "
                    "Tables are read from a list of objects, an object of such lists, or one "
                    "object.",
                    details={"path": str(self._path)},
                ) from None
            self._shape.shape = "record"
            self._look_at_all()

    def _records(self) -> Iterator[tuple[str, Records, int]]:
        """Give all records with the name of their table and the place that was reached."""
        with self._path.open("rb") as file:
            source = JsonSource(file, self._path, self._codec)
            shape = self._shape.shape
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
                self._shape.indent = _indent(piece.text) // (levels + 1)
            is_first = False
            yield name, piece.values, source.position


def _indent(text: bytes) -> int:
    """Return by how many spaces the second line is moved in."""
    _, _, line = text.partition(b"\n")
    return len(line) - len(line.lstrip(b" "))
