"""Tables in an order in which none stands before those that it refers to."""

from __future__ import annotations

from collections.abc import Iterable

from pytuck.schema.tables import Table


def parents_first(tables: Iterable[Table]) -> list[Table]:
    """Return tables behind those that they refer to, as far as there is no circle.

    Else their order stays. Cost: O(tables + foreign keys).
    """
    by_name = {table.name.lower(): table for table in tables}
    ordered: dict[str, Table] = {}
    entered: set[str] = set()
    for first in by_name:
        waiting = [first]
        while waiting:  # as deep as there are tables, which is too deep for a function in itself
            name = waiting[-1]
            parents = [] if name in entered else _parents(by_name[name])
            entered.add(name)
            missing = [parent for parent in parents if parent in by_name and parent not in entered]
            if missing:
                waiting.extend(reversed(missing))
                continue
            waiting.pop()
            ordered.setdefault(name, by_name[name])
    return list(ordered.values())


def _parents(table: Table) -> list[str]:
    return [key.target_table.lower() for key in table.foreign_keys]
