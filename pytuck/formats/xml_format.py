"""XML: our own layout, which describes its tables, and the files of others."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import ClassVar

from pytuck.common.atomic_file import replacing
from pytuck.common.exceptions import UnsupportedOperationError
from pytuck.common.options import XmlBackendOptions
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
from pytuck.formats.xml_flat import FlatWriter
from pytuck.formats.xml_foreign import ForeignXml
from pytuck.formats.xml_layout import XmlLayout
from pytuck.formats.xml_old import OldTables
from pytuck.formats.xml_own import FORMAT_NAME, VERSION, OwnTables
from pytuck.formats.xml_source import LARGEST_RECORD, head_of, opened
from pytuck.formats.xml_writing import OwnWriter

_START = rb"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<database\s+"
_OWN = re.compile(_START + rb'format\s*=\s*"' + FORMAT_NAME.encode() + b'"', re.DOTALL)
_OLD = re.compile(_START + rb"(?=[^>]*\btimestamp\s*=)[^>]*?\bformat_version\s*=", re.DOTALL)


class XmlFormat(Format):
    """XML files."""

    name: ClassVar[str] = "xml"
    version: ClassVar[int] = VERSION
    capabilities: ClassVar[FormatCapabilities] = FormatCapabilities(
        incremental=True,
        limits=(
            f"a row has at most {LARGEST_RECORD >> 20} MiB",
            "a file of others is saved in its own shape if it is a flat list, else only converted",
            "a document type declaration (<!DOCTYPE ...>) is refused",
        ),
    )
    options: ClassVar[type] = XmlBackendOptions

    def read(
        self,
        path: Path,
        options: XmlBackendOptions | None = None,
        *,
        overrides: Overrides = NOTHING_DECIDED,
        work: Work = SILENT,
    ) -> Reading:
        layout = XmlLayout()
        return Reading(_streams(path, layout, overrides, work), layout)

    def save(
        self,
        path: Path,
        tables: Sequence[TableRows],
        options: XmlBackendOptions | None = None,
        *,
        layout: Layout | None = None,
        work: Work = SILENT,
    ) -> XmlLayout:
        known = layout if isinstance(layout, XmlLayout) else None
        if known is not None and known.shape == "other":
            raise UnsupportedOperationError(
                f"'{path}' is an XML file of another program that is no flat list of records, so "
                "it can be read and not saved. Convert it to a file of ours, of any kind, and "
                "work with that.",
                details={"path": str(path)},
            )
        own = OwnWriter(path, tables, options or XmlBackendOptions(), work)
        with replacing(path) as temporary, temporary.open("wb") as out:
            if known is not None and known.flat is not None:
                return FlatWriter(path, known.flat, work).write(out, tables)
            return own.write(out, known)


def _streams(
    path: Path, layout: XmlLayout, overrides: Overrides, work: Work
) -> Generator[TableStream, None, None]:
    head = head_of(path)
    if _OWN.match(head) or _OLD.match(head):
        kind = OwnTables if _OWN.match(head) else OldTables
        with opened(path) as source:
            yield from kind(source, layout, work).streams()
        return
    yield from ForeignXml(path, layout, overrides, work).streams()


FORMAT = XmlFormat()
