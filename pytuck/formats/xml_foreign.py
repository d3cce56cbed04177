"""XML files of others: the records in them, as tables."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any, cast

from pytuck.common.exceptions import CorruptFileError, FileFormatError
from pytuck.common.progress import Work
from pytuck.formats.base import BATCH_ROWS, Overrides, StoredRow, TableStream, UnreadableRow
from pytuck.formats.text_inference import stored_column
from pytuck.formats.usable_names import usable_names
from pytuck.formats.xml_flat import flat_list
from pytuck.formats.xml_layout import Part, XmlLayout
from pytuck.formats.xml_plain_records import PlainRecords
from pytuck.formats.xml_records import FoundRecord, RecordReader
from pytuck.formats.xml_source import opened
from pytuck.formats.xml_survey import Node, Survey, Texts, records_in
from pytuck.schema import Column, Table
from pytuck.types import JSON, TYPES, ColumnType, Stored, type_of
from pytuck.types.base import DECODE_ERRORS, short_repr
from pytuck.types.json_values import to_json_text

_BAD = (*DECODE_ERRORS, CorruptFileError, ArithmeticError)
Key = tuple[Part, str]


@dataclass(slots=True)
class ForeignTable:
    """The records of one node, as a table."""

    node: Node
    name: str
    keys: list[Key]
    lists: frozenset[str]
    table: Table
    notes: list[str] = field(default_factory=list)
    rows: list[FoundRecord | PlainRecords] = field(default_factory=list)


class ForeignXml:
    """One XML file of somebody else's."""

    def __init__(self, path: Path, layout: XmlLayout, overrides: Overrides, work: Work) -> None:
        self._path = path
        self._layout = layout
        self._overrides = overrides
        self._work = work

    def streams(self) -> Generator[TableStream, None, None]:
        """Give the tables, after all of the file was looked at."""
        with opened(self._path) as source:
            survey = Survey(source, self._overrides.sample_rows, self._work)
            survey.run()
        nodes = records_in(survey.root)
        names, _ = usable_names(_names(nodes))
        # What is a record, or holds one, is no part of a record around it.
        inner = {node.path[:length] for node in nodes for length in range(1, len(node.path) + 1)}
        tables = [self._table(node, name, inner) for node, name in zip(nodes, names, strict=True)]
        if tables:
            tables[0].notes += _left_out(survey.root, inner, nodes)
        self._layout.shape = "other"
        if len(tables) == 1:
            (only,) = tables
            self._layout.flat = flat_list(self._path, survey, only.node, only.table, only.keys)
            self._layout.shape = "flat" if self._layout.flat else "other"
        self._layout.tables = {found.table.name: found.table for found in tables}
        for group in _groups(tables):
            yield from self._group(group, inner)

    def _table(self, node: Node, name: str, inner: set[tuple[str, ...]]) -> ForeignTable:
        keys = _keys(node, inner)
        names, notes = usable_names(_column_names(keys))
        if name != node.name:
            notes.insert(0, f"{node.name!r} is called {name!r}")
        wanted = self._overrides.types.get(name, {})
        columns = [
            Column(column, _type(wanted[column]) if column in wanted else _found_type(node, key))
            for column, key in zip(names, keys, strict=True)
        ]
        lists = frozenset(child.name for child in node.children.values() if child.most > 1)
        return ForeignTable(node, name, keys, lists, Table(name, tuple(columns)), notes)

    def _group(
        self, group: list[ForeignTable], inner: set[tuple[str, ...]]
    ) -> Iterator[TableStream]:
        """Give tables whose records follow one another, from one pass."""
        holders = {path[:length] for path in inner for length in range(1, len(path))}
        with opened(self._path) as source:
            reader = RecordReader(
                source,
                {found.node.path: found.rows for found in group},
                inner,
                {
                    found.node.path: pattern
                    for found in group
                    if found.node.path not in holders and (pattern := found.node.pattern())
                },
            )
            for found in group:
                stream = TableStream(
                    found.table,
                    self._batches(found, reader),
                    is_inferred=True,
                    notes=tuple(found.notes),
                )
                yield stream
                for _ in stream.batches:
                    pass

    def _batches(self, found: ForeignTable, reader: RecordReader) -> Iterator[list[StoredRow]]:
        done = 0
        total = found.node.count
        while done < total:
            if len(found.rows) < BATCH_ROWS and reader.go_on():
                continue
            if not found.rows:
                raise CorruptFileError(
                    f"'{self._path}' was changed while it was read; read it again.",
                    table_name=found.name,
                    details={"path": str(self._path)},
                )
            for count, rows in self._converted_rows(found):
                yield rows
                done += count
                self._work.step("reading", found.name, done, total)

    def _converted_rows(self, found: ForeignTable) -> Iterator[tuple[int, list[Any]]]:
        """Give the rows of what was read, with the number of records they were made of."""
        waiting, found.rows[:] = found.rows[:], []
        for is_plain, group in groupby(waiting, lambda item: isinstance(item, PlainRecords)):
            if is_plain:
                for records in cast("Iterator[PlainRecords]", group):
                    yield records.count, self._plain(found, records)
            else:
                each = cast("list[FoundRecord]", list(group))
                for start in range(0, len(each), BATCH_ROWS):
                    part = each[start : start + BATCH_ROWS]
                    yield len(part), self._stored(found, part)

    def _plain(self, found: ForeignTable, records: PlainRecords) -> list[Any]:
        nothing: list[Any] = [None] * records.count
        texts = [records.columns.get(key, nothing) for key in found.keys]
        if not any(
            column.type.storage_class is JSON.storage_class for column in found.table.columns
        ):
            with contextlib.suppress(*_BAD):
                columns = [
                    stored_column(column.type, cells)
                    for column, cells in zip(found.table.columns, texts, strict=True)
                ]
                return list(zip(*columns, strict=True))
        rows = zip(records.lines(), zip(*texts, strict=True), strict=True)
        each = [
            FoundRecord(line, dict(zip(found.keys, map(_parts, found.keys, row), strict=True)))
            for line, row in rows
        ]
        return [row for record in each for row in self._one(found, record)]

    # --- Values -----------------------------------------------------------------------------

    def _stored(self, found: ForeignTable, records: list[FoundRecord]) -> list[Any]:
        try:
            return self._converted(found, records)
        except _BAD:
            return [row for record in records for row in self._one(found, record)]

    def _converted(self, found: ForeignTable, records: list[FoundRecord]) -> list[Any]:
        columns = []
        for key, column in zip(found.keys, found.table.columns, strict=True):
            values = [record.values.get(key) for record in records]
            columns.append(_column(found, key, column, values))
        return list(zip(*columns, strict=True))

    def _one(self, found: ForeignTable, record: FoundRecord) -> list[Any]:
        """Return a row that may be bad: it is told of and left out, or an error."""
        try:
            return self._converted(found, [record])
        except _BAD:
            reason, column = self._reason(found, record)
        if self._overrides.on_bad_row is None:
            raise CorruptFileError(
                f"'{self._path}', line {record.line:,}, table '{found.name}': {reason} Correct it "
                "in the file, or choose another type for the column.",
                table_name=found.name,
                column_name=column,
                details={"path": str(self._path), "line": record.line},
            )
        raw = short_repr({name: value for (_, name), value in record.values.items()})
        self._overrides.on_bad_row(UnreadableRow(found.name, record.line, reason, raw))
        return []

    def _reason(self, found: ForeignTable, record: FoundRecord) -> tuple[str, str]:
        for key, column in zip(found.keys, found.table.columns, strict=True):
            value = record.values.get(key)
            try:
                _column(found, key, column, [value])
            except _BAD:
                kind = column.type.sql_name or "any type"
                reason = f"{short_repr(value)} is no value of the column '{column.name}' ({kind})."
                return reason, column.name
        raise FileFormatError(f"'{self._path}' cannot be read.")  # pragma: no cover


def _parts(key: Key, text: str | None) -> Any:
    return text if key[0] != "element" or text is None else [text]


def _names(nodes: Sequence[Node]) -> list[str]:
    """Return names of tables: where two elements have the same, with that of their parents."""
    names = Counter(node.name for node in nodes)
    return ["_".join(node.path[-2:]) if names[node.name] > 1 else node.name for node in nodes]


def _groups(tables: list[ForeignTable]) -> list[list[ForeignTable]]:
    """Return tables as groups in which the records of one stand behind those of the other."""
    groups: list[list[ForeignTable]] = []
    for found in tables:
        for group in groups:
            before = group[-1].node
            if before.last < found.node.first and not _is_inside(found.node, before):
                group.append(found)
                break
        else:
            groups.append([found])
    return groups


def _is_inside(node: Node, other: Node) -> bool:
    return node.path[: len(other.path)] == other.path


def _keys(node: Node, inner: set[tuple[str, ...]]) -> list[Key]:
    """Return where a node's records have values."""
    keys: list[Key] = [("attribute", name) for name in node.own_attributes()]
    keys += [("element", child.name) for child in node.children.values() if child.path not in inner]
    if node.has_text or not keys:
        keys.append(("text", ""))
    return keys


def _left_out(root: Node, inner: set[tuple[str, ...]], nodes: Sequence[Node]) -> list[str]:
    """Return notes on what is in no table: attributes of elements around the records."""
    records = {node.path for node in nodes}
    return [
        f"the attributes of <{node.name}> are in no column: {', '.join(node.own_attributes())}"
        for node in root.descendants()
        if node.path in inner - records and node.own_attributes()
    ]


def _column_names(keys: Sequence[Key]) -> list[str]:
    elements = {name for part, name in keys if part == "element"}
    attributes = [
        f"@{name}" if name in elements else name for part, name in keys if part == "attribute"
    ]
    rest = [name for part, name in keys if part == "element"]
    text = "text" if "text" not in elements | set(attributes) else "#text"
    return attributes + rest + [text] * (len(keys) - len(attributes) - len(rest))


def _texts_of(node: Node, key: Key) -> Texts:
    part, name = key
    if part == "attribute":
        return node.attributes[name]
    return node.children[name].texts if part == "element" else node.texts


def _found_type(node: Node, key: Key) -> ColumnType[Any]:
    part, name = key
    if part == "element":
        child = node.children[name]
        if child.most > 1:
            return TYPES[list]
        if not child.is_plain:
            return TYPES[dict] if child.is_always_structured else JSON
    if part == "text" and node.children:
        return TYPES[str]
    return _texts_of(node, key).inference.result().type


def _type(wanted: Any) -> ColumnType[Any]:
    return wanted if isinstance(wanted, ColumnType) else type_of(wanted)


def _column(found: ForeignTable, key: Key, column: Column, values: list[Any]) -> Sequence[Stored]:
    if key[0] == "element" and key[1] not in found.lists:
        values = [value and value[0] for value in values]
    if column.type.storage_class is JSON.storage_class:
        return [None if value is None else to_json_text(value) for value in values]
    texts = [
        value if value is None or isinstance(value, str) else to_json_text(value)
        for value in values
    ]
    return stored_column(column.type, texts)
