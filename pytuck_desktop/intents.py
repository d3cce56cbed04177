"""What the user asked for, as data. Features emit these; `shell/navigation.py` answers.

An intent names things by plain values (paths, table names), never by widgets, so that a feature
needs to know no other feature.
"""

from __future__ import annotations

from typing import NamedTuple

Key = int | str | bytes | float | tuple[int | str | bytes | float | None, ...]


class OpenFile(NamedTuple):
    """Open the file, or bring it to the front if it is open already."""

    path: str


class ChooseFiles(NamedTuple):
    """Let the user choose files to open."""


class OpenSample(NamedTuple):
    """Open the sample; it is made on first use."""


class OpenTable(NamedTuple):
    """Show a table of an open file.

    Attributes:
        keep: False for a look (the preview tab, which the next look reuses), True to keep it.
    """

    path: str
    table: str
    keep: bool = False


class ShowRow(NamedTuple):
    """Show a row of an open file, wherever it stands in its table.

    Attributes:
        key: What the primary key of the row is, a tuple if that has several columns; the row id
            where there is none.
    """

    path: str
    table: str
    key: Key


class FollowKey(NamedTuple):
    """Go to the row of a table that has this value in a column, as a foreign key does.

    Attributes:
        value: As it is stored; no NULL.
    """

    path: str
    table: str
    column: str
    value: int | float | str | bytes | None


class CloseFile(NamedTuple):
    """Close the file and its tabs, after asking about staged edits."""

    path: str


class ForgetFile(NamedTuple):
    """Take the file off the list of recent files; the file itself stays."""

    path: str


class UnlockFile(NamedTuple):
    """Ask for the password of an encrypted file that could not be opened yet."""

    path: str


Intent = (
    OpenFile
    | ChooseFiles
    | OpenSample
    | OpenTable
    | ShowRow
    | FollowKey
    | CloseFile
    | ForgetFile
    | UnlockFile
)
