"""JSON, JSON lines, msgpack and XML: a row is an object with its columns by name."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, BinaryIO
from xml.sax.saxutils import escape, quoteattr

import msgpack

from pytuck.tools.exporters.base import Export, ExportedTable
from pytuck.tools.exporters.cells import as_json, as_texts, columns_of, objects
from pytuck.types import Stored


def write_json(path: Path, export: Export) -> None:
    """Write a table as a list of objects; several as an object of such lists by table."""
    indent = export.options.indent
    with path.open("wb") as file:
        if len(export.tables) == 1:
            _json_list(file, export, export.tables[0], indent, 0)
            file.write(b"\n")
            return
        file.write(b"{")
        for number, table in enumerate(export.tables):
            file.write(b",\n" if number else b"\n")
            file.write(_json(table.name) + b": ")
            _json_list(file, export, table, indent, 0)
        file.write(b"\n}\n")


def _json_list(
    file: BinaryIO, export: Export, table: ExportedTable, indent: int | None, level: int
) -> None:
    file.write(b"[")
    start = b"\n"
    for text in _json_objects(export, table, indent):
        file.write(start + text)
        start = b",\n"
    file.write(b"\n]" if start != b"\n" else b"]")


def write_json_lines(path: Path, export: Export) -> None:
    """Write a table as lines, each a JSON object."""
    (table,) = export.tables
    with path.open("wb") as file:
        for text in _json_objects(export, table, None):
            file.write(text + b"\n")


def _json_objects(export: Export, table: ExportedTable, indent: int | None) -> Iterable[bytes]:
    converts = as_json(table.types)
    for rows in export.rows(table):
        for item in objects(rows, table.names, converts):
            yield _json(item, indent)


def _json(value: Any, indent: int | None = None) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False).encode("utf-8")


def write_msgpack(path: Path, export: Export) -> None:
    """Write a table as an array of maps; several as a map of such arrays by table."""
    packer = msgpack.Packer()
    with path.open("wb") as file:
        if len(export.tables) > 1:
            file.write(packer.pack_map_header(len(export.tables)))
        for table in export.tables:
            if len(export.tables) > 1:
                file.write(packer.pack(table.name))
            file.write(packer.pack_array_header(export.counts[table.name]))
            converts = [
                None if column.type.python_type is bytes else convert
                for column, convert in zip(table.table.columns, as_json(table.types), strict=True)
            ]
            for rows in export.rows(table):
                for item in objects(rows, table.names, converts):
                    file.write(packer.pack(item))


_NO_NAME = re.compile(r"[^\w.-]", re.ASCII)
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def write_xml(path: Path, export: Export) -> None:
    """Write tables as XML; columns are elements, NULL is an element that is not there."""
    encoding = export.options.encoding
    with path.open("w", encoding=encoding, newline="\n", errors="xmlcharrefreplace") as file:
        file.write(f'<?xml version="1.0" encoding="{encoding}"?>\n<tables>\n')
        for table in export.tables:
            if _NO_XML.search(table.name):
                export.note(f"The name of table {table.name!r} has characters that XML lacks.")
            name = quoteattr(_NO_XML.sub("?", table.name))
            file.write(f"<table name={name}>\n")
            tags = _tags(table.names)
            converts = as_texts(table.types)
            for rows in export.rows(table):
                columns = columns_of(rows, converts)
                for row in zip(*columns, strict=True):
                    cells = zip(tags, row, strict=True)
                    found = (_element(*tag, value) for tag, value in cells if value is not None)
                    file.write(f"<row>{''.join(found)}</row>\n")
            file.write("</table>\n")
        file.write("</tables>\n")


def _tags(names: Sequence[str]) -> list[tuple[str, str]]:
    """Return the name of the element of each column, and its attributes."""
    found: list[tuple[str, str]] = []
    for name in names:
        tag = _NO_NAME.sub("_", name)
        if not re.match(r"[A-Za-z_]", tag) or tag.lower().startswith("xml"):
            tag = f"_{tag}"
        attribute = "" if tag == name else f" name={quoteattr(_NO_XML.sub('?', name))}"
        found.append((tag, attribute))
    return found


def _element(tag: str, attributes: str, value: Stored) -> str:
    text = str(value)
    if _NO_XML.search(text):  # characters that no XML can have
        text = base64.b64encode(text.encode()).decode("ascii")
        attributes += ' encoding="base64"'
    return f"<{tag}{attributes}>{escape(text, _ENTITIES)}</{tag}>"


_ENTITIES = {"\r": "&#13;"}
"""What a reader of XML would change."""
