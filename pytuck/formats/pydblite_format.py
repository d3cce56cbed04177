"""Files of PyDbLite: one table each, as five pickles, which are read without running any.

A database is a folder of them with a description of the tables; a path that leads to a file is one
table. Behind the five pickles a file of ours has one more with the schema, which PyDbLite does not
read.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO

from pytuck.common.atomic_file import replacing
from pytuck.common.exceptions import (
    CorruptFileError,
    FileFormatError,
    NewerFormatError,
    SerializationError,
)
from pytuck.common.options import PydbliteBackendOptions
from pytuck.common.progress import SILENT, Work
from pytuck.formats import table_folder
from pytuck.formats.base import (
    NOTHING_DECIDED,
    Format,
    Layout,
    Overrides,
    Reading,
    TableRows,
    TableStream,
)
from pytuck.formats.capabilities import FormatCapabilities
from pytuck.formats.native_cells import NativeCells
from pytuck.formats.pydblite_file import MAGIC, TAIL, PydbliteFile
from pytuck.formats.regular_files import open_regular
from pytuck.schema import Table
from pytuck.schema.json_form import table_to_json

ENDING = ".pdl"
_ID, _VERSION = "__id__", "__version__"
_PROTOCOL = 4


@dataclass(slots=True)
class PydbliteLayout(Layout):
    """Which table is in which file.

    Attributes:
        tables: The tables as they were written or read.
        files: The name of each one's file; empty where the database is a single file.
    """

    tables: dict[str, Table] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)


class PydbliteFormat(Format):
    """Files and folders of PyDbLite."""

    name = "pydblite"
    version = 1
    capabilities = FormatCapabilities(
        incremental=True,
        is_folder=True,
        limits=(
            "A database is a folder with a file for each table; a single file holds one table.",
            "Objects of classes other than dates, times, decimals and UUIDs are refused.",
            "A record of PyDbLite's own must fit into memory.",
        ),
    )
    options = PydbliteBackendOptions

    def read(
        self,
        path: Path,
        options: Any = None,
        *,
        overrides: Overrides = NOTHING_DECIDED,
        work: Work = SILENT,
    ) -> Reading:
        layout = PydbliteLayout()
        return Reading(_streams(path, layout, overrides, work), layout)

    def save(
        self,
        path: Path,
        tables: Sequence[TableRows],
        options: Any = None,
        *,
        layout: Layout | None = None,
        work: Work = SILENT,
    ) -> PydbliteLayout:
        known = layout if isinstance(layout, PydbliteLayout) else PydbliteLayout()
        saved = PydbliteLayout({rows.table.name: rows.table for rows in tables})
        if not path.is_dir() and path.exists():
            _save_file(path, tables, work)
        else:
            saved.files = _save_folder(path, tables, known, work)
        return saved

    def losses(self, table: Table) -> list[str]:
        taken = sorted({_ID, _VERSION} & set(table.by_name))
        return [f"the column '{name}': PyDbLite keeps a number of its own there" for name in taken]


FORMAT = PydbliteFormat()


# --- Reading ------------------------------------------------------------------------------------


def _streams(
    path: Path, layout: PydbliteLayout, overrides: Overrides, work: Work
) -> Generator[TableStream, None, None]:
    if not path.is_dir():
        yield from _one_table(path, path.stem, None, layout, overrides, work)
        return
    described = table_folder.description(path)
    if described is None:
        files = sorted(file.name for file in path.iterdir() if file.suffix == ENDING)
        entries = [{"name": Path(name).stem, "file": name} for name in files]
        if not entries:
            raise FileFormatError(
                f"The folder '{path}' has no files of PyDbLite (*{ENDING}).",
                details={"path": str(path)},
            )
    else:
        entries = _entries(path, described)
    for entry in entries:
        file = table_folder.checked_path(path, entry.get("file"))
        layout.files[entry["name"]] = file.name
        present = table_folder.present_file(file)
        yield from _one_table(present, entry["name"], entry, layout, overrides, work)


def _entries(path: Path, described: dict[str, Any]) -> list[dict[str, Any]]:
    if described.get("format") == "pydblite" and described.get("version", 0) > 1:
        raise NewerFormatError(
            f"'{path}' was written by a newer version; update the program to open it.",
            details={"path": str(path)},
        )
    entries = described.get("tables")
    if not isinstance(entries, list) or not all(
        isinstance(entry, dict) and isinstance(entry.get("name"), str) for entry in entries
    ):
        raise CorruptFileError(
            f"'{path / table_folder.DESCRIPTION}' does not describe tables. Restore it from a "
            "backup, or delete it to have the types found out.",
            details={"path": str(path)},
        )
    return entries


def _one_table(
    path: Path,
    name: str,
    entry: dict[str, Any] | None,
    layout: PydbliteLayout,
    overrides: Overrides,
    work: Work,
) -> Iterator[TableStream]:
    with open_regular(path, follows_links=entry is None) as file:
        source = PydbliteFile(file, path)
        described = source.own_schema()
        own = described or entry
        source.read_fields()
        if own is not None and "schema" in own:
            table = source.described_table(own.get("name", name), own["schema"])
            if [column.name for column in table.columns] == source.fields:
                layout.tables[table.name] = table
                next_key = own.get("next_key")
                yield TableStream(
                    table,
                    source.own_rows(table, None if described is None else own.get("rows"), work),
                    next_key if isinstance(next_key, int) else None,
                )
                return
        stream = source.inferred(name, overrides, work)
        layout.tables[name] = stream.table
        yield stream


# --- Writing ------------------------------------------------------------------------------------


def _save_file(path: Path, tables: Sequence[TableRows], work: Work) -> None:
    if len(tables) != 1:
        names = ", ".join(rows.table.name for rows in tables) or "none"
        raise SerializationError(
            f"'{path}' is a single file of PyDbLite, which holds exactly one table; these are to "
            f"be kept: {names}. Save to a new path, which becomes a folder with a file for each.",
            details={"path": str(path)},
        )
    with replacing(path) as new, new.open("wb") as out:
        _write(out, tables[0], path, work)


def _save_folder(
    path: Path, tables: Sequence[TableRows], known: PydbliteLayout, work: Work
) -> dict[str, str]:
    names = [rows.table.name for rows in tables]
    files = table_folder.file_names(names, ENDING)
    if path.is_dir():
        table_folder.finish(path)
    with table_folder.changing(path) as changes:
        for rows in tables:
            name = rows.table.name
            if not _is_unchanged(rows, known, files[name]):
                with changes.new_file(files[name]).open("wb") as out:
                    _write(out, rows, path, work)
        changes.removed = sorted(set(known.files.values()) - set(files.values()))
        changes.description = {
            "format": "pydblite",
            "version": PydbliteFormat.version,
            "tables": [{**_description(rows), "file": files[rows.table.name]} for rows in tables],
        }
    return files


def _is_unchanged(rows: TableRows, known: PydbliteLayout, file: str) -> bool:
    name = rows.table.name
    return (
        rows.changed is not None
        and not rows.changed
        and known.tables.get(name) == rows.table
        and known.files.get(name) == file
    )


def _description(rows: TableRows) -> dict[str, Any]:
    return {
        "name": rows.table.name,
        "schema": table_to_json(rows.table),
        "next_key": rows.next_key,
        "rows": rows.row_count,
    }


def _write(out: BinaryIO, rows: TableRows, path: Path, work: Work) -> None:
    fields = [column.name for column in rows.table.columns]
    taken = {_ID, _VERSION} & set(fields)
    if taken:
        raise SerializationError(
            f"PyDbLite keeps a number of its own in '{min(taken)}'; rename the column of the table "
            f"'{rows.table.name}'.",
            table_name=rows.table.name,
            column_name=min(taken),
        )
    pickle.dump(fields, out, _PROTOCOL)
    next_id_at = out.tell()
    out.write(_next_id(0))  # known when all rows were seen
    highest = _write_records(out, rows, fields, path, work)
    pickle.dump({}, out, _PROTOCOL)  # indices
    pickle.dump(dict.fromkeys(fields), out, _PROTOCOL)  # default values
    start = out.tell()
    pickle.dump(_description(rows), out, _PROTOCOL)
    out.write(TAIL.pack(start, MAGIC))
    out.seek(next_id_at)
    out.write(_next_id(max(highest + 1, rows.next_key or 0)))


def _next_id(number: int) -> bytes:
    """Return the pickle of a number, always of the same length."""
    return (
        pickle.PROTO
        + bytes([_PROTOCOL])
        + pickle.LONG1
        + b"\x09"
        + number.to_bytes(9, "little", signed=True)
        + pickle.STOP
    )


def _write_records(
    out: BinaryIO, rows: TableRows, fields: list[str], path: Path, work: Work
) -> int:
    """Write one dictionary of all records, some at a time, and return the highest id.

    Each part is pickled as a dictionary of its own, of which only the items are written, so that
    they become those of the one dictionary that was begun before.
    """
    cells = NativeCells(rows.table, path)
    names = [*fields, _ID, _VERSION]
    part = io.BytesIO()
    pickler = pickle.Pickler(part, 3)  # without frames and with numbered memory
    out.write(pickle.PROTO + b"\x03" + pickle.EMPTY_DICT)
    done = highest = 0
    for batch in rows.batches():
        ids: list[Any] = list(map(itemgetter(-1), batch))
        records = {
            id_: dict(zip(names, (*row, id_, 0), strict=True))
            for id_, row in zip(ids, cells.encode(batch), strict=True)
        }
        part.seek(0)
        part.truncate()
        pickler.clear_memo()
        pickler.dump(records)
        out.write(_items_only(part.getvalue()))
        highest = max(highest, ids[-1])
        done += len(batch)
        work.step("writing", rows.table.name, done, rows.row_count)
    out.write(pickle.STOP)
    return highest


_DICT_HEAD = pickle.PROTO + b"\x03" + pickle.EMPTY_DICT + pickle.BINPUT + b"\x00"


def _items_only(pickled: bytes) -> bytes:
    """Return what sets the items of a pickled dictionary, without what makes it."""
    if not pickled.startswith(_DICT_HEAD) or not pickled.endswith(pickle.STOP):
        raise RuntimeError("Python pickles dictionaries in another way than was expected.")
    return pickled[len(_DICT_HEAD) : -1]
