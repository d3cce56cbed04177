"""Which tables and columns have another name now, and in which order they get it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pytuck.common.exceptions import SchemaError
from pytuck.schema.changes import RenameColumn, RenameTable


@dataclass(frozen=True, slots=True)
class Renames:
    """What was renamed, by the names there are; nothing by default.

    Attributes:
        tables: The new name by the old one.
        columns: The new name by the old names of table and column.
    """

    tables: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @classmethod
    def of(cls, changes: Iterable[RenameTable | RenameColumn]) -> Renames:
        """Return the renames that changes make, such as those of proposals."""
        tables: dict[str, str] = {}
        columns: dict[tuple[str, str], str] = {}
        for change in changes:
            if isinstance(change, RenameTable):
                tables[change.table] = change.new_name
            else:
                columns[change.table, change.column] = change.new_name
        return cls(tables, columns)


def rename_pairs(
    given: Mapping[str, str], there: Iterable[str], wanted: Iterable[str]
) -> dict[str, str]:
    """Return the new names by the old ones, those that are only spelled in another way included.

    Raises:
        SchemaError: An old name is not there, or a new one not wanted.
    """
    names = {name.lower(): name for name in there}
    news = {name.lower(): name for name in wanted}
    pairs: dict[str, str] = {}
    for old, new in given.items():
        if old.lower() not in names or new.lower() not in news:
            raise SchemaError(
                f"'{old}' cannot become '{new}': the one is not there, or the other not wanted."
            )
        name, spelled = names[old.lower()], news.pop(new.lower())
        if name != spelled:
            pairs[name] = spelled
    for lower, new in news.items():
        there_as = names.get(lower, new)
        if there_as != new and there_as not in pairs:
            pairs[there_as] = new
    return pairs


def rename_steps(
    pairs: Mapping[str, str], there: Iterable[str], wanted: Iterable[str], *, may_drop: bool
) -> Iterator[tuple[str, str]]:
    """Yield old and new names in an order in which no name is ever there twice.

    A name in the way, or one of a circle, makes room under a name of its own for a while.

    Args:
        there: All names there are.
        wanted: All names that there will be.
        may_drop: What is in the way, and is not wanted, goes later on.

    Raises:
        SchemaError: What is in the way is to stay.
    """
    waiting = {old.lower(): new for old, new in pairs.items()}
    names = {name.lower(): name for name in there}
    reserved = {name.lower() for name in wanted}
    while waiting:
        old = next((old for old in waiting if _is_free(old, waiting[old], names)), "")
        if old in waiting:
            new = waiting.pop(old)
        else:
            old = next(iter(waiting.values())).lower()
            new = _free_name(f"{names[old]}_old", names.keys() | reserved)
            if old in waiting:
                waiting[new.lower()] = waiting.pop(old)
            elif not may_drop:
                raise SchemaError(f"Nothing can be renamed to '{names[old]}', which is there.")
        yield names.pop(old), new
        names[new.lower()] = new


def _is_free(old: str, new: str, names: Mapping[str, str]) -> bool:
    return new.lower() == old or new.lower() not in names


def _free_name(wanted: str, taken: set[str]) -> str:
    name, number = wanted, 1
    while name.lower() in taken:
        number += 1
        name = f"{wanted}_{number}"
    return name
