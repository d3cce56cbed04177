"""Files of the old pytuck library: read, and never written.

Source: the layouts of versions 4 and 7, found out from files that the library made.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Any, ClassVar

from pytuck.common.exceptions import FileFormatError, FilePermissionError, UnsupportedOperationError
from pytuck.common.options import PytuckBackendOptions
from pytuck.common.progress import SILENT, Work
from pytuck.formats import ptk4, ptk7
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
from pytuck.formats.ptk_source import PtkSource

Reader = Callable[[PtkSource, str | None, Work], Generator[TableStream, None, None]]

_READERS: dict[bytes, Reader] = {ptk7.MAGIC: ptk7.read_tables, ptk4.MAGIC: ptk4.read_tables}
_OLDER = {
    b"PTK6": "an unreleased version of the pytuck library",
    b"PTK5": "pytuck 1.0 or 1.1",
    b"PYTK": "a version of pytuck between 0.3 and 0.4",
    b"LTDB": "pytuck 0.1 to 0.3",
}
_SECOND_HEADER = 128


class PtkFormat(Format):
    """Files of pytuck 0.4 to 0.9 and 1.2 to 1.4."""

    name: ClassVar[str] = "ptk"
    capabilities: ClassVar[FormatCapabilities] = FormatCapabilities(
        can_write=False,
        password=True,
        limits=("Defaults and foreign keys were never stored.", "Files can be read only."),
    )
    options: ClassVar[type] = PytuckBackendOptions

    def read(
        self,
        path: Path,
        options: Any = None,
        *,
        overrides: Overrides = NOTHING_DECIDED,
        work: Work = SILENT,
    ) -> Reading:
        password = options.password if isinstance(options, PytuckBackendOptions) else None
        return Reading(_streams(path, password, work))

    def save(
        self,
        path: Path,
        tables: Sequence[TableRows],
        options: Any = None,
        *,
        layout: Layout | None = None,
        work: Work = SILENT,
    ) -> Layout:
        raise UnsupportedOperationError(
            f"'{path}': files of the old pytuck library are read only. Convert it with "
            "pytuck.tools.convert_old_file().",
            details={"path": str(path)},
        )


def _streams(path: Path, password: str | None, work: Work) -> Generator[TableStream, None, None]:
    try:
        file = path.open("rb")
    except OSError as err:
        raise FilePermissionError(
            f"'{path}' may not be read ({err.strerror}).", details={"path": str(path)}
        ) from err
    with file:
        source = PtkSource(path, file)
        yield from _reader(source)(source, password, work)


def _reader(source: PtkSource) -> Reader:
    magic = source.read(0, 4, "the header")
    if magic not in _READERS and magic not in _OLDER and source.size >= 2 * _SECOND_HEADER:
        magic = source.read(_SECOND_HEADER, 4, "the second header")
    if magic in _READERS:
        return _READERS[magic]
    maker = _OLDER.get(magic)
    raise FileFormatError(
        f"'{source.path}' was made by {maker}; no version of this library reads it. Open it with "
        "that version, and export it there to CSV or JSON."
        if maker
        else f"'{source.path}' is no file of the old pytuck library.",
        details={"path": str(source.path), "found": maker or ""},
    )


FORMAT = PtkFormat()
