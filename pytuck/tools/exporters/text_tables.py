"""CSV, TSV, Markdown and HTML."""

from __future__ import annotations

import csv
import html
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

from pytuck.tools.exporters.base import Export, ExportedTable, Values
from pytuck.tools.exporters.cells import FormulaGuard, as_texts, columns_of, escaped, with_null_text
from pytuck.types import StorageClass

_SPECIAL = re.compile(r"[&<>\"'|\\\r\n]")
_NUMBERS = {StorageClass.INTEGER, StorageClass.REAL, StorageClass.DECIMAL}


def write_csv(path: Path, export: Export) -> None:
    """Write one table as CSV."""
    _write_separated(path, export, export.options.delimiter)


def write_tsv(path: Path, export: Export) -> None:
    """Write one table with tabs between its fields."""
    _write_separated(path, export, "\t")


def _write_separated(path: Path, export: Export, delimiter: str) -> None:
    (table,) = export.tables
    options, guard = export.options, FormulaGuard()
    converts = as_texts(table.types)
    with path.open("w", encoding=options.encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        if options.header:
            names: Values = table.names
            writer.writerow(guard.values(names) if options.protect_formulas else names)
        for rows in export.rows(table):
            columns: Sequence[Values] = columns_of(rows, converts)
            if options.protect_formulas:
                columns = [guard.values(values) for values in columns]
            if options.null_text:
                columns = with_null_text(columns, options.null_text)
            writer.writerows(zip(*columns, strict=True))
    export.protected += guard.count


def write_markdown(path: Path, export: Export) -> None:
    """Write tables as those of Markdown, each under its name if there are several."""
    with path.open("w", encoding=export.options.encoding) as file:
        for number, table in enumerate(export.tables):
            if len(export.tables) > 1:
                file.write(("\n" if number else "") + f"## {_markdown(table.name)}\n\n")
            _markdown_table(file, export, table)


def _markdown_table(file: TextIO, export: Export, table: ExportedTable) -> None:
    names = table.names if export.options.header else [""] * len(table.names)
    marks = ["---:" if item.storage_class in _NUMBERS else "---" for item in table.types]
    file.writelines(map(_line, [[name.replace("|", "\\|") for name in names], marks]))
    for rows in export.rows(table):
        columns = [escaped(texts, _SPECIAL, _markdown) for texts in _texts(export, table, rows)]
        file.writelines(map(_line, zip(*columns, strict=True)))


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _markdown(text: str) -> str:
    text = html.escape(text, quote=False).replace("\\", "\\\\").replace("|", "\\|")
    return text.replace("\r\n", "<br>").replace("\n", "<br>").replace("\r", "<br>")


def write_html(path: Path, export: Export) -> None:
    """Write tables as a page of HTML that stands by itself."""
    title = html.escape(export.options.title or ", ".join(item.name for item in export.tables))
    with path.open("w", encoding=export.options.encoding) as file:
        file.write(_PAGE.format(encoding=export.options.encoding, title=title))
        for table in export.tables:
            _html_table(file, export, table)
        file.write("</body>\n</html>\n")


_PAGE = """<!DOCTYPE html>
<html>
<head>
<meta charset="{encoding}">
<title>{title}</title>
<style>
body {{ font-family: sans-serif; }}
table {{ border-collapse: collapse; margin-bottom: 2em; }}
caption {{ text-align: left; font-weight: bold; padding: 0.4em 0; }}
th, td {{ border: 1px solid #ccc; padding: 0.2em 0.6em; white-space: pre-wrap; text-align: left; }}
.number {{ text-align: right; }}
</style>
</head>
<body>
"""


def _html_table(file: TextIO, export: Export, table: ExportedTable) -> None:
    cells = [
        '<td class="number">%s</td>' if item.storage_class in _NUMBERS else "<td>%s</td>"
        for item in table.types
    ]
    line = f"<tr>{''.join(cells)}</tr>\n"
    file.write(f"<table>\n<caption>{html.escape(table.name)}</caption>\n")
    if export.options.header:
        names = "".join(f"<th>{html.escape(name)}</th>" for name in table.names)
        file.write(f"<thead><tr>{names}</tr></thead>\n")
    file.write("<tbody>\n")
    for rows in export.rows(table):
        columns = [escaped(texts, _SPECIAL, html.escape) for texts in _texts(export, table, rows)]
        file.writelines(line % row for row in zip(*columns, strict=True))
    file.write("</tbody>\n</table>\n")


def _texts(export: Export, table: ExportedTable, rows: Sequence[Any]) -> list[list[str]]:
    """Return the columns of rows as texts."""
    columns = with_null_text(columns_of(rows, as_texts(table.types)), export.options.null_text)
    return [list(map(str, values)) for values in columns]
