"""Which formats rows can be exported to. Adding one is a function and a line here."""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from pytuck.common.exceptions import ConfigurationError, MissingDependencyError
from pytuck.tools.exporters.base import Writer


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """A format of files that others read.

    Attributes:
        description: What its files are, for people.
        extension: The ending of their names.
        home: The module and function that writes it.
        several: A file can have several tables; else several make a folder of files.
        is_text: A person can read it.
        protects: Spreadsheets open it, so texts that look like formulas are made harmless.
        package: What must be installed for it.
        extra: What `pip install 'pytuck-desktop[...]'` calls that.
    """

    description: str
    extension: str
    home: str
    several: bool = True
    is_text: bool = True
    protects: bool = False
    package: str | None = None
    extra: str = ""

    @property
    def is_available(self) -> bool:
        """Whether its package is installed."""
        return self.package is None or importlib.util.find_spec(self.package) is not None

    def writer(self) -> Writer:
        """Return what writes it.

        Raises:
            MissingDependencyError: Its package is not installed.
        """
        if not self.is_available:
            raise MissingDependencyError(str(self.package), self.extra)
        module, _, function = self.home.partition(":")
        found = getattr(importlib.import_module(f"pytuck.tools.exporters.{module}"), function)
        return cast(Writer, found)


EXPORT_FORMATS: dict[str, ExportFormat] = {
    "csv": ExportFormat("CSV", ".csv", "text_tables:write_csv", several=False, protects=True),
    "tsv": ExportFormat(
        "CSV with tabs", ".tsv", "text_tables:write_tsv", several=False, protects=True
    ),
    "json": ExportFormat("JSON", ".json", "objects:write_json"),
    "jsonl": ExportFormat("JSON lines", ".jsonl", "objects:write_json_lines", several=False),
    "excel": ExportFormat(
        "an Excel workbook",
        ".xlsx",
        "spreadsheets:write_excel",
        is_text=False,
        protects=True,
        package="xlsxwriter",
        extra="excel",
    ),
    "xml": ExportFormat("XML", ".xml", "objects:write_xml"),
    "markdown": ExportFormat("Markdown", ".md", "text_tables:write_markdown"),
    "html": ExportFormat("a page of HTML", ".html", "text_tables:write_html"),
    "sql": ExportFormat("a script of SQL", ".sql", "scripts:write_sql"),
    "parquet": ExportFormat(
        "Parquet",
        ".parquet",
        "columnar:write_parquet",
        several=False,
        is_text=False,
        package="duckdb",
        extra="duckdb",
    ),
    "msgpack": ExportFormat("msgpack", ".msgpack", "objects:write_msgpack", is_text=False),
    "python": ExportFormat("Python code of models", ".py", "model_files:write_models"),
}
"""The formats by name."""

_ENDINGS = {item.extension: name for name, item in EXPORT_FORMATS.items()} | {
    ".tab": "tsv",
    ".ndjson": "jsonl",
    ".htm": "html",
    ".markdown": "markdown",
}


def format_for(path: Path, asked: str | None) -> str:
    """Return the name of the format of a new file.

    Raises:
        ConfigurationError: There is none of this name, or the ending of the file says none.
    """
    name = asked or _ENDINGS.get(path.suffix.lower())
    if name not in EXPORT_FORMATS:
        known = ", ".join(EXPORT_FORMATS)
        raise ConfigurationError(
            f"There is no export format '{asked}'. The formats are: {known}."
            if asked
            else f"The name '{path.name}' does not say a format. Choose one of: {known}."
        )
    return name
