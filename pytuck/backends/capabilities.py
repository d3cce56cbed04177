"""What an engine can do, and what it cannot keep."""

from __future__ import annotations

from dataclasses import dataclass

from pytuck.formats.capabilities import FormatCapabilities


@dataclass(frozen=True, slots=True)
class EngineCapabilities:
    """What to expect of an engine.

    Attributes:
        savepoints: A part of a transaction can be undone by itself. Without them a statement
            that fails ends the transaction: nothing of it can be kept.
        several_writers: Several processes can have one file open for writing.
        notices_other_processes: Commits of other processes are seen by `poll_changes`.
        encryption: A file can have a password.
        rows_by_position: `Storage.row_order` scrolls through any question.
        big_integers: Whole numbers beyond 64 bits can be read, in columns made elsewhere.
        decimal_digits: How many digits decimals have in all; None for any number.
        nan: A float can be NaN, in columns made elsewhere.
        durability: The levels of durability that differ from one another here.
        document: What files of a document engine keep, which are written as a whole by `flush()`
            and `close()`; None where a commit is in the file at once.
    """

    savepoints: bool = True
    several_writers: bool = True
    notices_other_processes: bool = True
    encryption: bool = False
    rows_by_position: bool = True
    big_integers: bool = False
    decimal_digits: int | None = None
    nan: bool = False
    durability: tuple[str, ...] = ("full", "normal", "off")
    document: FormatCapabilities | None = None


SQLITE_CAPABILITIES = EngineCapabilities()
PYTUCK_CAPABILITIES = EngineCapabilities(encryption=True)
MEMORY_CAPABILITIES = EngineCapabilities(
    several_writers=False, notices_other_processes=False, durability=("off",)
)
DUCKDB_CAPABILITIES = EngineCapabilities(
    savepoints=False,
    several_writers=False,
    notices_other_processes=False,
    big_integers=True,
    decimal_digits=38,
    nan=True,
    durability=("full",),
)
