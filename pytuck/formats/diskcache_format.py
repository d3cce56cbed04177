"""Folders of diskcache: a database of ours has an entry for each row; a cache of others is a table.

Each row is JSON text under the key `table:row id`, and the schema under `pytuck:schema`, so that
a save writes the changed keys only, in one transaction of diskcache's own.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import diskcache

from pytuck.common.exceptions import (
    ConfigurationError,
    ConflictError,
    CorruptFileError,
    DatabaseConnectionError,
    LockTimeout,
    NewerFormatError,
    SchemaError,
    StorageFullError,
    UnsupportedOperationError,
)
from pytuck.common.options import DiskcacheBackendOptions
from pytuck.common.progress import SILENT, Work
from pytuck.formats.base import (
    BATCH_ROWS,
    NOTHING_DECIDED,
    Format,
    Layout,
    Overrides,
    Reading,
    StoredRow,
    TableRows,
    TableStream,
)
from pytuck.formats.capabilities import FormatCapabilities
from pytuck.formats.diskcache_entries import DATABASE, CacheFile, Entry
from pytuck.formats.json_cells import JsonCells
from pytuck.formats.json_codec import JsonTextError, fastest_codec
from pytuck.formats.json_inference import RecordInference
from pytuck.formats.json_records import RecordCells
from pytuck.schema import Table
from pytuck.schema.json_form import table_from_json, table_to_json

_SCHEMA_KEY = "pytuck:schema"
_ROWS = "row"
"""Before the number of a table: `row:1:17` is row 17 of the first table."""

_FOREIGN_TABLE = "cache"
_FOREIGN_COLUMNS = ("key", "value", "expire_time", "tag")
_NEVER = 2**62
_CODEC = fastest_codec()


@dataclass(slots=True)
class DiskcacheLayout(Layout):
    """What is in the cache.

    Attributes:
        tables: The tables whose rows have the row ids of their keys.
        numbers: The number of each table in the keys of its rows.
        schema: The entry with the schema, which every save makes another one.
        is_foreign: It is a cache of another program.
    """

    tables: dict[str, Table] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    schema: str | None = None
    is_foreign: bool = False


class DiskcacheFormat(Format):
    """Folders of diskcache."""

    name = "diskcache"
    version = 1
    capabilities = FormatCapabilities(
        incremental=True,
        is_folder=True,
        limits=(
            "Caches of other programs are read as one table and cannot be saved.",
            "Values of classes other than dates, times, decimals and UUIDs show as bytes.",
        ),
    )
    options = DiskcacheBackendOptions

    def read(
        self,
        path: Path,
        options: Any = None,
        *,
        overrides: Overrides = NOTHING_DECIDED,
        work: Work = SILENT,
    ) -> Reading:
        layout = DiskcacheLayout()
        return Reading(_streams(path, layout, overrides, work), layout)

    def save(
        self,
        path: Path,
        tables: Sequence[TableRows],
        options: Any = None,
        *,
        layout: Layout | None = None,
        work: Work = SILENT,
    ) -> DiskcacheLayout:
        found = _layout_of(path)
        known = layout if isinstance(layout, DiskcacheLayout) and found.numbers else found
        if known.is_foreign:
            raise UnsupportedOperationError(
                f"'{path}' is a cache of another program, which can be read only. Save to a new "
                "folder, or convert it to another engine.",
                details={"path": str(path)},
            )
        saved = DiskcacheLayout({rows.table.name: rows.table for rows in tables})
        try:
            with _opened(path, options or DiskcacheBackendOptions()) as cache, cache.transact():
                _Writer(cache, path, work).write(tables, known, saved)
        except diskcache.Timeout as err:
            raise LockTimeout(
                f"'{path}' is locked by another program; try again.", details={"path": str(path)}
            ) from err
        except sqlite3.Error as err:
            raise _refused(path, err) from err
        return saved


FORMAT = DiskcacheFormat()


def _opened(path: Path, options: DiskcacheBackendOptions) -> Any:
    # Nothing may be dropped by itself, and what is committed must be on the disk.
    settings = {
        "eviction_policy": "none",
        "cull_limit": 0,
        "statistics": 0,
        "size_limit": options.size_limit or _NEVER,
        "disk_min_file_size": _NEVER,
        "sqlite_synchronous": 2,
    }
    if os.path.expandvars(path) != str(path):
        raise ConfigurationError(
            f"diskcache cannot have a folder named '{path}': it takes a part of it for a variable "
            "of the system. Choose another name.",
            details={"path": str(path)},
        )
    return diskcache.Cache(str(path), **settings)


def _refused(path: Path, err: sqlite3.Error) -> Exception:
    details = {"path": str(path)}
    if "full" in str(err):
        return StorageFullError(f"'{path}' was not saved: {err}.", details=details)
    return DatabaseConnectionError(f"'{path}' was not saved: {err}.", details=details)


# --- Reading ------------------------------------------------------------------------------------


def _layout_of(path: Path) -> DiskcacheLayout:
    """Return what must be known of a folder that was not read: whose cache it is."""
    if not (path / DATABASE).exists():
        return DiskcacheLayout()
    cache = CacheFile(path)
    try:
        cache.check_settings(diskcache.DEFAULT_SETTINGS.keys() | diskcache.core.METADATA.keys())
        schema = cache.text(_SCHEMA_KEY)
        if schema is None:
            return DiskcacheLayout(is_foreign=any(cache.entries()))
        entries = _entries(cache, path, schema)
        numbers = {entry["name"]: entry["number"] for entry in entries}
        return DiskcacheLayout(numbers=numbers, schema=schema)
    finally:
        cache.close()


def _streams(
    path: Path, layout: DiskcacheLayout, overrides: Overrides, work: Work
) -> Generator[TableStream, None, None]:
    cache = CacheFile(path)
    try:
        layout.schema = schema = cache.text(_SCHEMA_KEY)
        if schema is None:
            layout.is_foreign = True
            yield _foreign(cache, path, overrides, work)
        else:
            for entry in _entries(cache, path, schema):
                yield _own(cache, path, entry, layout, work)
    finally:
        cache.close()


def _entries(cache: CacheFile, path: Path, schema: str) -> list[dict[str, Any]]:
    try:
        described = _CODEC.loads(schema.encode())
    except ValueError as err:
        raise cache.damaged(f"the entry '{_SCHEMA_KEY}' is no JSON ({err})") from err
    if isinstance(described, dict) and described.get("version") not in (None, 1):
        raise NewerFormatError(
            f"'{path}' was written by a newer version; update the program to open it.",
            details={"path": str(path)},
        )
    entries = described.get("tables") if isinstance(described, dict) else None
    if not isinstance(entries, list) or not all(map(_is_entry, entries)):
        raise cache.damaged(f"the entry '{_SCHEMA_KEY}' does not describe tables")
    return entries


def _is_entry(entry: object) -> bool:
    return (
        isinstance(entry, dict)
        and isinstance(entry.get("name"), str)
        and isinstance(entry.get("schema"), dict)
        and type(entry.get("number")) is int
        and type(entry.get("rows")) is int
        and type(entry.get("next_key")) in (int, type(None))
    )


def _own(
    cache: CacheFile, path: Path, entry: dict[str, Any], layout: DiskcacheLayout, work: Work
) -> TableStream:
    try:
        table = table_from_json(entry["name"], entry["schema"])
    except SchemaError as err:
        raise cache.damaged(err.message) from err
    layout.numbers[table.name] = entry["number"]
    layout.tables[table.name] = table
    return TableStream(
        table, _own_rows(cache, path, table, entry, layout, work), entry.get("next_key")
    )


def _own_rows(
    cache: CacheFile,
    path: Path,
    table: Table,
    entry: dict[str, Any],
    layout: DiskcacheLayout,
    work: Work,
) -> Iterator[list[StoredRow]]:
    cells = RecordCells(table, path)
    done, total = 0, entry["rows"]
    is_counted = table.rowid_alias is None
    for batch in cache.texts(f"{_ROWS}:{entry['number']}"):
        rows = cells.decode(_records(cache, batch), done + 1)
        if is_counted and _ids(batch) != [*range(done + 1, done + 1 + len(batch))]:
            layout.tables.pop(table.name, None)  # keys have gaps: they will be written anew
        done += len(batch)
        yield list(rows)
        work.step("reading", table.name, done, total)
    if done != total:
        raise CorruptFileError(
            f"'{path}', table '{table.name}': {done} rows are there, and {total} must be. Entries "
            "were lost or added by another program; restore the folder from a backup.",
            table_name=table.name,
            details={"path": str(path)},
        )


def _ids(batch: list[tuple[str, str]]) -> list[int]:
    try:
        return [int(key.rpartition(":")[2]) for key, _ in batch]
    except ValueError:
        return []


def _records(cache: CacheFile, batch: list[tuple[str, str]]) -> list[Any]:
    text = "[" + ",".join(text for _, text in batch) + "]"
    try:
        records = _CODEC.loads(text.encode())
        if len(records) == len(batch):
            return list(records)
    except (JsonTextError, UnicodeEncodeError):
        pass
    for key, single in batch:
        try:
            _CODEC.loads(single.encode())
        except ValueError as err:
            raise cache.damaged(f"the entry {key!r} is no JSON ({err})") from err
    raise cache.damaged(f"an entry between {batch[0][0]!r} and {batch[-1][0]!r} is no row")


def _foreign(cache: CacheFile, path: Path, overrides: Overrides, work: Work) -> TableStream:
    chosen = overrides.types.get(_FOREIGN_TABLE, {})
    inference = RecordInference(
        _FOREIGN_TABLE, chosen, path, is_sample=overrides.sample_rows is not None
    )
    inference.look_at([dict.fromkeys(_FOREIGN_COLUMNS)])
    seen = hidden = 0
    for entries in cache.entries():
        inference.look_at(list(map(_record, entries)))
        seen += len(entries)
        hidden += sum(entry.is_opaque for entry in entries)
        work.step("reading", _FOREIGN_TABLE, seen)
        if overrides.sample_rows is not None and seen >= overrides.sample_rows:
            break
    note = (
        f"{hidden} values are objects of a program or missing files; they were not read, and show "
        "as bytes or as NULL."
    )
    table = inference.table(_FOREIGN_COLUMNS)
    rows = _foreign_rows(cache, inference, work)
    return TableStream(table, rows, None, is_inferred=True, notes=(note,) if hidden else ())


def _foreign_rows(
    cache: CacheFile, inference: RecordInference, work: Work
) -> Iterator[list[StoredRow]]:
    done = 0
    for entries in cache.entries():
        yield list(inference.rows(list(map(_record, entries)), done + 1))
        done += len(entries)
        work.step("reading", _FOREIGN_TABLE, done)


def _record(entry: Entry) -> dict[str, Any]:
    return {
        "key": entry.key,
        "value": entry.value,
        "expire_time": entry.expire_time,
        "tag": entry.tag,
    }


# --- Writing ------------------------------------------------------------------------------------


class _Writer:
    """Writes tables into a cache, inside a transaction.

    Args:
        cache: The open cache.
        path: Its folder, for messages.
    """

    def __init__(self, cache: Any, path: Path, work: Work) -> None:
        self._cache = cache
        self._path = path
        self._work = work

    def write(
        self, tables: Sequence[TableRows], known: DiskcacheLayout, saved: DiskcacheLayout
    ) -> None:
        """Write what changed, and the schema.

        Raises:
            ConflictError: Somebody else saved since the layout was known.
        """
        if self._cache.get(_SCHEMA_KEY) != known.schema:
            raise ConflictError(
                f"'{self._path}' was saved by another program since it was read. Open it again, "
                "or save to another folder.",
                details={"path": str(self._path)},
            )
        old = known.numbers
        free = max(old.values(), default=0) + 1
        for rows in tables:
            name = rows.table.name
            is_known = name in known.numbers and known.tables.get(name) == rows.table
            if is_known and rows.changed is not None:
                saved.numbers[name] = known.numbers[name]
                self._write_changed(rows, saved.numbers[name])
            else:
                saved.numbers[name] = free
                free += 1
                self._write_all(rows, saved.numbers[name])
        for number in set(old.values()) - set(saved.numbers.values()):
            self._cache.evict(_tag(number))
        described = {
            "format": "pytuck",
            "version": DiskcacheFormat.version,
            "save": uuid4().hex,
            "tables": [
                {
                    "name": rows.table.name,
                    "number": saved.numbers[rows.table.name],
                    "schema": table_to_json(rows.table),
                    "next_key": rows.next_key,
                    "rows": rows.row_count,
                }
                for rows in tables
            ],
        }
        saved.schema = _CODEC.dumps(described).decode()
        self._cache.set(_SCHEMA_KEY, saved.schema)

    def _write_all(self, rows: TableRows, number: int) -> None:
        cells = JsonCells(rows.table, self._path)
        done = 0
        for batch in rows.batches(BATCH_ROWS):
            self._set(cells, rows, batch, number)
            done += len(batch)
            self._work.step("writing", rows.table.name, done, rows.row_count)

    def _write_changed(self, rows: TableRows, number: int) -> None:
        cells = JsonCells(rows.table, self._path)
        left = set(rows.changed or ())
        for first, last in _runs(sorted(left)):
            for batch in rows.batches(BATCH_ROWS, first, last):
                self._set(cells, rows, batch, number)
                left.difference_update(row[-1] for row in batch)
                self._work.step("writing", rows.table.name, 0, rows.row_count)
        for row_id in left:
            self._cache.delete(_key(number, row_id))

    def _set(
        self, cells: JsonCells, rows: TableRows, batch: Sequence[StoredRow], number: int
    ) -> None:
        names = [column.name for column in rows.table.columns]
        records = [dict(zip(names, row, strict=True)) for row in cells.encode(batch)]
        put, tag = self._cache.set, _tag(number)
        for row, text in zip(batch, _CODEC.dumps_each(records), strict=True):
            put(_key(number, row[-1]), text.decode(), tag=tag)


def _tag(number: int) -> str:
    return f"{_ROWS}:{number}"


def _key(number: int, row_id: object) -> str:
    return f"{_ROWS}:{number}:{row_id}"


def _runs(ids: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Give the first and last of the numbers that follow one another."""
    start = 0
    for place in range(1, len(ids) + 1):
        if place == len(ids) or ids[place] != ids[place - 1] + 1:
            yield ids[start], ids[place - 1]
            start = place
