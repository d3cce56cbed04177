"""Somebody else's file that is a flat list of records: recognising it, and writing it again."""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from pytuck.common.exceptions import SerializationError, UnsupportedOperationError
from pytuck.common.progress import Work
from pytuck.formats.base import TableRows
from pytuck.formats.regular_files import open_regular
from pytuck.formats.row_chunks import RowsOfIds, write_rows
from pytuck.formats.xml_encoding import EncodedOut, encoding_of, utf8_blocks
from pytuck.formats.xml_layout import FlatList, ForeignColumn, Part, XmlLayout
from pytuck.formats.xml_survey import Node, Survey, Texts
from pytuck.formats.xml_text import NOT_IN_XML, attribute
from pytuck.schema import Column, Table
from pytuck.types import StorageClass, Stored
from pytuck.types.base import short_repr

_LARGEST_HEAD = 1 << 20
_HEAD_BYTES = 1024
_NAME = re.compile(r"(?!xml)[^\W\d][\w.-]*", re.IGNORECASE)
_FRACTION = re.compile(r"\.(\d+)")
_KINDS: dict[StorageClass, tuple[type, ...]] = {
    StorageClass.INTEGER: (int,),
    StorageClass.REAL: (float, int),
    StorageClass.BOOLEAN: (int,),
}


def flat_list(
    path: Path, survey: Survey, node: Node, table: Table, keys: Sequence[tuple[Part, str]]
) -> FlatList | None:
    """Return how a file with one table is written; None if it is more than a flat list."""
    is_flat = not survey.has_more and len(node.path) == 2 and not node.is_mixed
    leaves = all(child.is_plain and child.most == 1 for child in node.children.values())
    is_short = 0 <= survey.first_at < _LARGEST_HEAD
    if not (is_flat and leaves and is_short) or (node.has_text and node.children):
        return None
    with open_regular(path) as file:
        start = file.read(_HEAD_BYTES)
        encoding, mark = encoding_of(start, path)
        file.seek(mark)
        head, tail = _ends(utf8_blocks(file, encoding, path), survey.first_at, survey.last_at)
    text = head.decode()
    before = text[len(text.rstrip(" \t\r\n")) :]
    return FlatList(
        table=table.name,
        encoding=encoding,
        mark=start[:mark],
        head=text[: len(text) - len(before)].encode(),
        tail=tail,
        tag=node.name,
        indent=before,
        inner=survey.inner or "" if node.children else "",
        columns={
            column.name: _column(node, key) for column, key in zip(table.columns, keys, strict=True)
        },
    )


def _ends(blocks: Iterator[bytes], first: int, last: int) -> tuple[bytes, bytes]:
    """Return what stands before one place and behind another."""
    head, tail = bytearray(), bytearray()
    at = 0
    for block in blocks:
        head += block[: max(first - at, 0)]
        tail += block[max(last - at, 0) :]
        at += len(block)
    return bytes(head), bytes(tail)


def _column(node: Node, key: tuple[Part, str]) -> ForeignColumn:
    part, name = key
    texts: Texts = node.texts
    if part == "attribute":
        texts = node.attributes[name]
    elif part == "element":
        texts = node.children[name].texts
    sample = texts.sample or ""
    fraction = _FRACTION.search(sample)
    is_time = sample[10:11] in ("T", " ") and sample[:4].isdecimal()
    return ForeignColumn(
        part,
        name,
        words=texts.inference.result().words,
        separator=sample[10] if is_time else "T",
        digits=len(fraction[1]) if fraction else 0,
        zone="Z" if sample.endswith("Z") else "+00:00",
    )


class FlatWriter:
    """Writes the one table of such a file."""

    def __init__(self, path: Path, known: FlatList, work: Work) -> None:
        self._path = path
        self._known = known
        self._work = work

    def write(self, out: BinaryIO, tables: Sequence[TableRows]) -> XmlLayout:
        """Write the table, and return how the file is laid out.

        Raises:
            UnsupportedOperationError: There is not one table alone, or a column has no place.
            SerializationError: A value cannot be kept.
        """
        if len(tables) != 1:
            raise self._unsupported(f"cannot hold {len(tables)} tables")
        (rows,) = tables
        known = self._known
        table = rows.table
        columns = [self._place(column) for column in table.columns]
        out.write(known.mark)
        encoded = cast("BinaryIO", EncodedOut(out, known.encoding))
        encoded.write(known.head)
        write_rows(encoded, rows, _Records(self._path, known, table, columns).text, work=self._work)
        end = known.indent.rpartition("\n")
        encoded.write((end[0] + end[1]).encode() + known.tail)
        return XmlLayout(shape="flat", tables={table.name: table}, flat=known)

    def _place(self, column: Column) -> ForeignColumn:
        found = self._known.columns.get(column.name)
        if found is None and _NAME.fullmatch(column.name) is None:
            raise self._unsupported(f"cannot have an element called {column.name!r}")
        return found or ForeignColumn("element", column.name)

    def _unsupported(self, reason: str) -> UnsupportedOperationError:
        return UnsupportedOperationError(
            f"'{self._path}' is a list of records of another program, which {reason}. Convert it "
            "to a file of ours, of any kind, and work with that.",
            details={"path": str(self._path)},
        )


class _Records:
    """Makes the text of records."""

    def __init__(
        self, path: Path, known: FlatList, table: Table, columns: Sequence[ForeignColumn]
    ) -> None:
        self._path = path
        self._known = known
        self._table = table
        self._columns = columns
        self._texts = [
            _to_text(column, found) for column, found in zip(table.columns, columns, strict=True)
        ]

    def text(self, rows: RowsOfIds) -> bytes:
        """Return some rows as records."""
        return "".join(map(self._record, rows)).encode()

    def _record(self, row: Sequence[Stored]) -> str:
        known = self._known
        attributes, inside = [], []
        for place, (column, value) in enumerate(zip(self._columns, row, strict=False)):
            if value is None:
                continue
            text = self._cell(place, value)
            if column.part == "attribute":
                attributes.append(f' {column.name}="{attribute(text)}"')
            elif column.part == "text":
                inside.append(_between(text))
            else:
                content = _between(text)
                inside.append(f"{known.inner}<{column.name}>{content}</{column.name}>")
        start = f"{known.indent}<{known.tag}{''.join(attributes)}"
        if not inside:
            return f"{start}/>"
        last = known.indent if known.inner else ""
        return f"{start}>{''.join(inside)}{last}</{known.tag}>"

    def _cell(self, place: int, value: Stored) -> str:
        column = self._table.columns[place]
        kinds = _KINDS.get(column.type.storage_class, (str,))
        text = None
        if type(value) in kinds:
            with contextlib.suppress(ValueError, KeyError):
                text = self._texts[place](value)
        if text is None or NOT_IN_XML.search(text):
            raise SerializationError(
                f"'{self._path}' is a plain list of records, which cannot keep the value "
                f"{short_repr(value)} of column '{column.name}' in table '{self._table.name}'. "
                "Convert the file to one of ours, which keeps every type.",
                table_name=self._table.name,
                column_name=column.name,
                details={"path": str(self._path)},
            )
        return text


def _between(text: str) -> str:
    """Return text as it stands between tags, with its lines."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("\r", "&#13;")


def _to_text(column: Column, found: ForeignColumn) -> Callable[[Any], str]:
    kind = column.type.storage_class
    if kind is StorageClass.BOOLEAN:
        true, false = found.words or ("true", "false")
        words: Mapping[int, str] = {0: false, 1: true}
        return words.__getitem__
    if kind is StorageClass.TIMESTAMP:
        return lambda stored: _time(stored, found)
    return _finite if kind is StorageClass.REAL else str


def _finite(value: float) -> str:
    if not math.isfinite(value):
        raise ValueError
    return str(value)


def _time(stored: str, found: ForeignColumn) -> str:
    """Return a point in time as the file writes others, and never less exact than it is."""
    value = datetime.fromisoformat(stored)
    text = value.replace(microsecond=0, tzinfo=None).isoformat(found.separator)
    micro = f"{value.microsecond:06}"
    digits = max(found.digits or 0, len(micro.rstrip("0")))
    zone = value.isoformat()[19:].lstrip(".0123456789")
    zone = found.zone if zone == "+00:00" else zone
    return text + (f".{micro[:digits]}" if digits else "") + zone
