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
    """Go to the row that a foreign key refers to.

    Attributes:
        columns, values: What the row has in the table that is referred to; no NULL.
    """

    path: str
    table: str
    columns: tuple[str, ...]
    values: tuple[int | float | str | bytes | None, ...]


class ShowReferring(NamedTuple):
    """Show only the rows of a table that refer to one row, by the values of a foreign key."""

    path: str
    table: str
    columns: tuple[str, ...]
    values: tuple[int | float | str | bytes | None, ...]


class ShowFoundRow(NamedTuple):
    """Show a row that is known by what identifies it in the workspace, staged or not."""

    path: str
    table: str
    identity: object


class StepRow(NamedTuple):
    """Make the row so many rows further down current in the table in front."""

    by: int


class CloseFile(NamedTuple):
    """Close the file and its tabs, after asking about staged edits."""

    path: str


class ForgetFile(NamedTuple):
    """Take the file off the list of recent files; the file itself stays."""

    path: str


class UnlockFile(NamedTuple):
    """Ask for the password of an encrypted file that could not be opened yet."""

    path: str


Jump = FollowKey | ShowReferring | ShowFoundRow | StepRow
"""What goes to another row, from where one can go back."""

Intent = (
    OpenFile
    | ChooseFiles
    | OpenSample
    | OpenTable
    | ShowRow
    | CloseFile
    | ForgetFile
    | UnlockFile
    | Jump
)
