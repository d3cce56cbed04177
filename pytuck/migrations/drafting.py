"""A revision made of the difference between a database and what models declare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytuck.backends.catalogue import RESERVED_PREFIX
from pytuck.migrations.change_code import ChangeCode
from pytuck.schema import Change, Proposal, Renames, Scope, Table, compare
from pytuck.schema.draft import applied
from pytuck.schema.inverse import with_fill

if TYPE_CHECKING:
    from pytuck.core.storage import Storage


@dataclass(frozen=True, slots=True)
class RevisionDraft:
    """What a new revision would do.

    Attributes:
        upgrade: The changes that bring the database into line, in order.
        downgrade: Those that take them back.
        proposals: What may have been renamed rather than dropped and made anew; nothing of it is
            in the changes.
        impossible: Differences that no change can make up for, a sentence each.
    """

    upgrade: tuple[Change, ...]
    downgrade: tuple[Change, ...]
    proposals: tuple[Proposal, ...]
    impossible: tuple[str, ...]

    def code(self) -> tuple[list[str], list[str], list[str]]:
        """Return the lines of the script's two functions, and those that import what they need."""
        code = ChangeCode()
        upgrade = [line for change in self.upgrade for line in code.call(change).split("\n")]
        downgrade = [line for change in self.downgrade for line in code.call(change).split("\n")]
        return upgrade, downgrade, code.imports()


def draft_revision(
    storage: Storage,
    wanted: Sequence[Table],
    renames: Renames | None = None,
    *,
    drop_tables: bool = False,
) -> RevisionDraft:
    """Return what would bring the tables of a database into line with those that are wanted.

    The order of columns does not count, and what no model can declare stays.

    Args:
        renames: What was renamed; see the draft's proposals.
        drop_tables: Tables that are not wanted go; else they stay.

    Raises:
        SchemaError: A rename contradicts what is there or wanted.
    """
    scope = Scope(drop_tables=drop_tables, column_order=False, beyond_models=False)
    found = [
        source.schema
        for name, source in storage.tables.items()
        if source.schema.kind == "table" and not name.startswith(RESERVED_PREFIX)
    ]
    renames = renames or Renames()
    there = compare(found, wanted, renames, scope)
    after = applied(found, there.changes)
    back = compare(after, found, _reversed(renames))
    downgrade = tuple(map(with_fill, back.changes))
    return RevisionDraft(there.changes, downgrade, there.proposals, there.impossible)


def _reversed(renames: Renames) -> Renames:
    """Return the renames that take others back."""
    return Renames(
        {new: old for old, new in renames.tables.items()},
        {
            (renames.tables.get(table, table), new): old
            for (table, old), new in renames.columns.items()
        },
    )
