"""JSON, JSON lines, msgpack and XML: a row is an object with its columns by name."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO
from xml.sax.saxutils import escape, quoteattr

import msgpack

from pytuck.formats.json_codec import fastest_codec
from pytuck.tools.exporters.base import Export, ExportedTable
from pytuck.tools.exporters.cells import as_json, as_texts, columns_of, objects
from pytuck.types import Stored


def write_json(path: Path, export: Export) -> None:
    """Write a table as a list of objects; several as an object of such lists by table."""
    indent = export.options.indent
    with path.open("wb") as file:
        if len(export.tables) == 1:
            _json_list(file, export, export.tables[0], indent)
            file.write(b"\n")
            return
        file.write(b"{")
        for number, table in enumerate(export.tables):
            file.write(b",\n" if number else b"\n")
            file.write(_json(table.name) + b": ")
            _json_list(file, export, table, indent)
        file.write(b"\n}\n")


def _json_list(file: BinaryIO, export: Export, table: ExportedTable, indent: int | None) -> None:
    file.write(b"[")
    start = b"\n"
    for texts in _json_objects(export, table, indent):
        file.write(start + b",\n".join(texts))
        start = b",\n"
    file.write(b"\n]" if start != b"\n" else b"]")


def write_json_lines(path: Path, export: Export) -> None:
    """Write a table as lines, each a JSON object."""
    (table,) = export.tables
    with path.open("wb") as file:
        for texts in _json_objects(export, table, None):
            file.write(b"\n".join(texts) + b"\n")


def _json_objects(
    export: Export, table: ExportedTable, indent: int | None
) -> Iterator[list[bytes]]:
    """Yield the objects of some rows at a time."""
    converts = as_json(table.types)
    encode = _encoder(indent)
    for rows in export.rows(table):
        if rows:
            yield encode(objects(rows, table.names, converts))


def _encoder(indent: int | None) -> Callable[[list[dict[str, Any]]], list[bytes]]:
    if indent is None:
        return fastest_codec().dumps_each
    encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, indent=indent).encode
    return lambda items: [encode(item).encode() for item in items]


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


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
_SPECIAL = re.compile("[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]")
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
                columns = [
                    _elements(tag, values)
                    for tag, values in zip(tags, columns_of(rows, converts), strict=True)
                ]
                file.writelines(map(_row, zip(*columns, strict=True)))
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


def _elements(tag: tuple[str, str], values: Sequence[Stored]) -> list[str]:
    """Return the elements of a column; nothing for NULL."""
    name, attributes = tag
    start, end = f"<{name}{attributes}>", f"</{name}>"
    texts = ["" if value is None else str(value) for value in values]
    if _SPECIAL.search("".join(texts)):
        return [
            "" if value is None else _element(tag, text)
            for value, text in zip(values, texts, strict=True)
        ]
    return [
        "" if value is None else start + text + end
        for value, text in zip(values, texts, strict=True)
    ]


def _element(tag: tuple[str, str], text: str) -> str:
    name, attributes = tag
    if _NO_XML.search(text):  # characters that no XML can have
        text = base64.b64encode(text.encode()).decode("ascii")
        attributes += ' encoding="base64"'
    return f"<{name}{attributes}>{escape(text, _ENTITIES)}</{name}>"


def _row(elements: Sequence[str]) -> str:
    return f"<row>{''.join(elements)}</row>\n"


_ENTITIES = {"\r": "&#13;"}
"""What a reader of XML would change."""
