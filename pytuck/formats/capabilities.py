"""What files of a format keep, and what they cannot."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FormatCapabilities:
    """What to expect of a kind of file.

    Attributes:
        can_write: Files can be made and saved; without it they can be read only.
        keeps_schema: Types, keys, indexes, foreign keys, comments and defaults are in the file
            itself. Without it, types are found out from the values.
        several_tables: A file holds more than one table.
        incremental: Saving writes what changed and takes over the rest.
        password: A file can have a password.
        is_folder: It is a folder of files, or can be one.
        largest_text: Characters of the longest text that can be kept; None for any.
        most_rows: Rows of the largest table; None for any number.
        most_columns: Columns of the widest table; None for any number.
        limits: Anything else that a person should know, in words.
    """

    can_write: bool = True
    keeps_schema: bool = True
    several_tables: bool = True
    incremental: bool = False
    password: bool = False
    is_folder: bool = False
    largest_text: int | None = None
    most_rows: int | None = None
    most_columns: int | None = None
    limits: tuple[str, ...] = ()
