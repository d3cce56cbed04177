"""JSON lines: our own layout, to which rows are added in place, and plain lines of others."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path
from typing import ClassVar

from pytuck.common.atomic_file import replacing
from pytuck.common.exceptions import EmptyFileError, SerializationError
from pytuck.common.options import JsonlBackendOptions
from pytuck.common.progress import SILENT, Work
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
from pytuck.formats.json_codec import JsonCodec, fastest_codec
from pytuck.formats.json_source import LARGEST_VALUE
from pytuck.formats.jsonl_appending import Appender
from pytuck.formats.jsonl_changes import SMALLEST_FILE
from pytuck.formats.jsonl_foreign import ForeignLines, write_lines
from pytuck.formats.jsonl_header import HEADER_BYTES, VERSION, is_own
from pytuck.formats.jsonl_layout import JsonlLayout
from pytuck.formats.jsonl_own import OwnLines
from pytuck.formats.jsonl_writing import OwnWriter
from pytuck.formats.jsonl_zip import ZippedLines, write_zip
from pytuck.formats.zip_container import ZipReader

_ZIP = b"PK"


class JsonlFormat(Format):
    """Files of JSON lines.

    Args:
        codec: Reads and writes the text; None means the fastest that is installed.
        smallest_changed: Bytes of the smallest file in which changed rows are added behind the
            others, until they are many; a smaller one is written anew.
    """

    name: ClassVar[str] = "jsonl"
    version: ClassVar[int] = VERSION
    capabilities: ClassVar[FormatCapabilities] = FormatCapabilities(
        incremental=True,
        password=True,
        limits=(
            f"a row has at most {LARGEST_VALUE >> 20} MiB",
            "a file of others keeps its shape, which has no room for types, keys and indexes",
            "a file with a password is written whole at each save, with a weak cipher",
        ),
    )
    options: ClassVar[type] = JsonlBackendOptions

    def __init__(
        self, codec: JsonCodec | None = None, *, smallest_changed: int = SMALLEST_FILE
    ) -> None:
        self._codec = codec
        self._smallest_changed = smallest_changed

    def read(
        self,
        path: Path,
        options: JsonlBackendOptions | None = None,
        *,
        overrides: Overrides = NOTHING_DECIDED,
        work: Work = SILENT,
    ) -> Reading:
        layout = JsonlLayout()
        password = options.password if options else None
        return Reading(self._streams(path, password, layout, overrides, work), layout)

    def _streams(
        self,
        path: Path,
        password: str | None,
        layout: JsonlLayout,
        overrides: Overrides,
        work: Work,
    ) -> Generator[TableStream, None, None]:
        codec = self._codec or fastest_codec()
        with path.open("rb") as file:
            head = file.read(HEADER_BYTES)
            if not head:
                raise EmptyFileError(
                    f"'{path}' is empty; a file of JSON lines has at least one line.",
                    details={"path": str(path)},
                )
            if is_own(head):
                yield from OwnLines(file, path, codec, layout, work).streams()
                return
        if head.startswith(_ZIP):
            with ZipReader(path, password) as archive:
                yield from ZippedLines(archive, codec, layout, work).streams()
            return
        layout.shape = "lines"
        yield from ForeignLines(path, codec, layout, overrides, work).streams()

    def save(
        self,
        path: Path,
        tables: Sequence[TableRows],
        options: JsonlBackendOptions | None = None,
        *,
        layout: Layout | None = None,
        work: Work = SILENT,
    ) -> JsonlLayout:
        chosen = options or JsonlBackendOptions()
        known = layout if isinstance(layout, JsonlLayout) else None
        codec = self._codec
        if codec is None or chosen.ensure_ascii:
            codec = fastest_codec(ensure_ascii=chosen.ensure_ascii)
        if chosen.password:
            with replacing(path) as temporary:
                return write_zip(temporary, path, tables, codec, chosen.password, work)
        if known is not None and known.shape == "lines":
            return _save_lines(path, tables, known, codec, work)
        if known is not None:
            appender = Appender(path, tables, codec, work, known, self._smallest_changed)
            if appender.is_possible:
                return appender.append()
        with replacing(path) as temporary, temporary.open("wb") as out:
            return OwnWriter(path, tables, codec, work).write(out, known)


def _save_lines(
    path: Path, tables: Sequence[TableRows], known: JsonlLayout, codec: JsonCodec, work: Work
) -> JsonlLayout:
    if len(tables) > 1:
        raise SerializationError(
            f"'{path}' is a plain file of lines, which cannot hold {len(tables)} tables. Convert "
            "it to a file of ours, which holds any number.",
            details={"path": str(path)},
        )
    written = JsonlLayout(shape="lines", foreign=known.foreign)
    with replacing(path) as temporary, temporary.open("wb") as out:
        for rows in tables:
            foreign = known.foreign.get(rows.table.name)
            chunks = write_lines(out, path, rows, known, codec, work)
            written.tables[rows.table.name] = rows.table
            written.segments[foreign.name if foreign else rows.table.name] = [chunks]
    return written


FORMAT = JsonlFormat()
