"""Which formats there are. Adding one is a module and a line here.

A format's module is imported when its first file is opened, with the packages that it needs.
"""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import dataclass

from pytuck.common.exceptions import MissingDependencyError
from pytuck.formats.base import Format


@dataclass(frozen=True, slots=True)
class FormatEntry:
    """Where a format is found.

    Attributes:
        module: Its module, which has the format as `FORMAT`.
        description: What its files are, for people.
        extensions: The endings of their names.
        packages: What must be installed for it: names to import.
        extra: What `pip install 'pytuck-desktop[...]'` calls them.
    """

    module: str
    description: str
    extensions: tuple[str, ...]
    packages: tuple[str, ...] = ()
    extra: str = ""

    @property
    def is_available(self) -> bool:
        """Whether its packages are installed."""
        return not self.missing_packages()

    def missing_packages(self) -> list[str]:
        """Return which of its packages are not installed."""
        return [name for name in self.packages if importlib.util.find_spec(name) is None]


FORMATS: dict[str, FormatEntry] = {
    "json": FormatEntry("pytuck.formats.json_format", "a JSON file", (".json",)),
    "jsonl": FormatEntry(
        "pytuck.formats.jsonl_format", "a file of JSON lines", (".jsonl", ".ndjson")
    ),
    "csv": FormatEntry(
        "pytuck.formats.csv_format", "CSV: a file, a folder or a zip", (".csv", ".tsv", ".tab")
    ),
    "excel": FormatEntry(
        "pytuck.formats.excel_format",
        "an Excel workbook",
        (".xlsx", ".xlsm"),
        ("python_calamine",),
        "excel",
    ),
    "xml": FormatEntry("pytuck.formats.xml_format", "an XML file", (".xml",)),
    "tinydb": FormatEntry("pytuck.formats.tinydb_format", "a TinyDB file", (".tinydb",)),
    "diskcache": FormatEntry(
        "pytuck.formats.diskcache_format",
        "a diskcache folder",
        (".diskcache",),
        ("diskcache",),
        "diskcache",
    ),
    "pydblite": FormatEntry(
        "pytuck.formats.pydblite_format",
        "PyDbLite: a file or a folder",
        (".pdl", ".pydblite"),
    ),
    "msgpack": FormatEntry(
        "pytuck.formats.msgpack_format", "a msgpack file", (".msgpack", ".mpk"), ("msgpack",)
    ),
    "parquet": FormatEntry(
        "pytuck.formats.parquet_format",
        "Parquet: a file or a folder",
        (".parquet", ".pq"),
        ("duckdb", "numpy", "pytz"),
        "duckdb",
    ),
}
"""The formats by the name of their engine."""

OLD_PYTUCK = FormatEntry("pytuck.formats.ptk_format", "a file of the old pytuck library", ())
"""What the old library wrote, which can be read and converted; no engine writes it."""


def load_format(name: str) -> Format:
    """Return a format.

    Raises:
        MissingDependencyError: It needs a package that is not installed.
    """
    entry = OLD_PYTUCK if name == "ptk" else FORMATS[name]
    missing = entry.missing_packages()
    if missing:
        raise MissingDependencyError(missing[0], entry.extra)
    found = importlib.import_module(entry.module).FORMAT
    assert isinstance(found, Format)
    return found
