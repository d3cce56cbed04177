"""The order of revisions: a graph in which each points to those before it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from graphlib import CycleError, TopologicalSorter

from pytuck.common.exceptions import MigrationError
from pytuck.migrations.revisions import Revision

HEADS = "heads"
"""The name of all revisions that no other one stands on."""

BASE = "base"
"""The name of the state before every revision."""

_FEWEST_LETTERS = 3
"""Of an id, in place of all of it."""


class RevisionGraph:
    """All revisions of a folder.

    Raises:
        MigrationError: Two have one id, one stands on a revision that is not there, or some
            stand on one another.
    """

    def __init__(self, revisions: Iterable[Revision]) -> None:
        self._by_id: dict[str, Revision] = {}
        for revision in revisions:
            twin = self._by_id.setdefault(revision.id, revision)
            if twin is not revision:
                raise MigrationError(
                    f"'{twin.path}' and '{revision.path}' have the same id '{revision.id}'. Give "
                    "one of them another."
                )
        self._refuse_unknown_parents()
        self.ordered = self._sorted()

    @property
    def heads(self) -> tuple[Revision, ...]:
        """The revisions that no other one stands on, in order."""
        parents = {parent for item in self.ordered for parent in item.parents}
        return tuple(item for item in self.ordered if item.id not in parents)

    def __iter__(self) -> Iterator[Revision]:
        return iter(self.ordered)

    def __len__(self) -> int:
        return len(self.ordered)

    def __contains__(self, revision_id: object) -> bool:
        return revision_id in self._by_id

    def get(self, name: str) -> Revision:
        """Return a revision by its id, or by the beginning of it.

        Raises:
            MigrationError: There is none, or several.
        """
        if name in self._by_id:
            return self._by_id[name]
        found = [item for item in self.ordered if item.id.startswith(name)]
        if len(found) == 1 and len(name) >= _FEWEST_LETTERS:
            return found[0]
        raise MigrationError(
            f"There is no revision '{name}'."
            if not found
            else f"'{name}' may mean {', '.join(item.id for item in found)}. Write more of it."
        )

    def with_ancestors(self, ids: Iterable[str]) -> set[str]:
        """Return the ids of revisions and of all that they stand on."""
        found: set[str] = set()
        left = list(ids)
        while left:
            name = left.pop()
            if name not in found:
                found.add(name)
                left += self._by_id[name].parents if name in self._by_id else ()
        return found

    def upgrade_path(self, target: str, applied: Collection[str]) -> list[Revision]:
        """Return what is to be applied, in order, to get to a target.

        Args:
            target: `heads`, an id, or `+2` for the next two.

        Raises:
            MigrationError: There is no such revision.
        """
        missing = [item for item in self.ordered if item.id not in applied]
        if target == HEADS:
            return missing
        if target.startswith("+") and target[1:].isdecimal():
            return missing[: int(target[1:])]
        wanted = self.with_ancestors([self.get(target).id])
        return [item for item in missing if item.id in wanted]

    def downgrade_path(self, target: str, applied: list[str]) -> list[str]:
        """Return the ids of what is to be taken back, in order, to get to a target.

        Args:
            target: `base`, an id that stays with what it stands on, or `-2` for the last two.
            applied: In the order in which they were.

        Raises:
            MigrationError: There is no such revision, or it is not applied.
        """
        newest_first = applied[::-1]
        if target == BASE:
            return newest_first
        if target.startswith("-") and target[1:].isdecimal():
            return newest_first[: int(target[1:])]
        revision = self.get(target)
        if revision.id not in applied:
            raise MigrationError(f"The revision {revision.id} is not applied.")
        stay = self.with_ancestors([revision.id])
        above = {name for name in applied if revision.id in self.with_ancestors([name])}
        # Branches beside the target are left as they are.
        return [name for name in newest_first if name in above and name not in stay]

    def _refuse_unknown_parents(self) -> None:
        for revision in self._by_id.values():
            for parent in revision.parents:
                if parent not in self._by_id:
                    raise MigrationError(
                        f"'{revision.path}' stands on the revision '{parent}', which has no "
                        "script. Bring it back, or correct its parents."
                    )

    def _sorted(self) -> tuple[Revision, ...]:
        """Return the revisions, parents first; those that may go in any order by their files."""
        by_file = sorted(self._by_id.values(), key=lambda item: item.path.name)
        sorter = TopologicalSorter({item.id: item.parents for item in by_file})
        place = {item.id: number for number, item in enumerate(by_file)}
        try:
            sorter.prepare()
        except CycleError as err:
            raise MigrationError(
                f"Revisions stand on one another: {' -> '.join(err.args[1])}."
            ) from err
        ordered: list[Revision] = []
        ready: list[str] = []
        while sorter.is_active():
            ready = sorted([*ready, *sorter.get_ready()], key=place.__getitem__)
            name = ready.pop(0)
            sorter.done(name)
            ordered.append(self._by_id[name])
        return tuple(ordered)
