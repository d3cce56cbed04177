"""Cells as text for other programs, and text of theirs as cells. No Qt."""

from __future__ import annotations

import base64
import csv
import io
import json
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pytuck.types import Stored

CopyForm = Literal["tsv", "tsv-header", "csv", "json", "markdown", "python"]

Rows = Sequence[Sequence["Stored"]]


def parse_block(text: str) -> list[list[str]]:
    """Return the cells of text that a spreadsheet or the grid has copied.

    Cells stand between tabs and rows on lines; cells with either of them are quoted. Where there
    is no tab, a line is one cell.
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
    if '"' not in plain:
        return [line.split("\t") for line in plain.split("\n")]
    reader = csv.reader(io.StringIO(plain, newline=""), delimiter="\t")
    return [row or [""] for row in reader]


def as_tsv(names: Sequence[str], rows: Rows, text: Callable[[int, Stored], str]) -> str:
    """Return cells between tabs, without names."""
    return _separated([], rows, text, "\t")


def as_tsv_with_names(names: Sequence[str], rows: Rows, text: Callable[[int, Stored], str]) -> str:
    """Return cells between tabs, under the names of their columns."""
    return _separated(names, rows, text, "\t")


def as_csv(names: Sequence[str], rows: Rows, text: Callable[[int, Stored], str]) -> str:
    """Return cells between commas, under the names of their columns."""
    return _separated(names, rows, text, ",")


def as_json(names: Sequence[str], rows: Rows, text: Callable[[int, Stored], str]) -> str:
    """Return a list of objects by the names of the columns."""
    objects = [dict(zip(names, map(_plain, row), strict=True)) for row in rows]
    return json.dumps(objects, ensure_ascii=False, indent=2)


def as_markdown(names: Sequence[str], rows: Rows, text: Callable[[int, Stored], str]) -> str:
    """Return a table of Markdown."""
    lines = [names, ["---"] * len(names)]
    lines += [[text(place, value) for place, value in enumerate(row)] for row in rows]
    return "\n".join(f"| {' | '.join(map(_in_markdown, line))} |" for line in lines)


def as_python(names: Sequence[str], rows: Rows, text: Callable[[int, Stored], str]) -> str:
    """Return a list of dictionaries as Python code."""
    lines = [f"    {dict(zip(names, row, strict=True))!r}," for row in rows]
    return "\n".join(["[", *lines, "]"])


FORMS: dict[CopyForm, Callable[[Sequence[str], Rows, Callable[[int, Stored], str]], str]] = {
    "tsv": as_tsv,
    "tsv-header": as_tsv_with_names,
    "csv": as_csv,
    "json": as_json,
    "markdown": as_markdown,
    "python": as_python,
}
"""What cells can be copied as."""


def _separated(
    names: Sequence[str], rows: Rows, text: Callable[[int, Stored], str], delimiter: str
) -> str:
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=delimiter, lineterminator="\n")
    if names:
        writer.writerow(names)
    for row in rows:
        writer.writerow([text(place, value) for place, value in enumerate(row)])
    return written.getvalue().removesuffix("\n")


def _plain(value: Stored) -> object:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def _in_markdown(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", "<br>")
