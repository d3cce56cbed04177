"""What a flush does about relationships: the keys of related objects, the rows between models."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any

from pytuck.backends import Connection
from pytuck.common.exceptions import ValidationError
from pytuck.compiler import compile_statement
from pytuck.core.instance_values import SESSION
from pytuck.core.mapping import Mapper
from pytuck.core.relationships.in_step import follow, set_column
from pytuck.core.relationships.links import Kind, Link, links_of, with_related
from pytuck.core.relationships.related_list import RelatedList
from pytuck.core.relationships.related_work import RelatedChanges
from pytuck.query import Condition, Delete, Insert, Statement, and_, delete, insert, or_

_MANY_ROWS = 200
"""Association rows that one delete names; SQL limits how deep ORs nest."""

AssociationRow = tuple[tuple[str, Any], ...]
_Rows = dict[str, tuple[Any, dict[AssociationRow, None]]]


class RelatedFlush:
    """Writes what relationships mean for one flush.

    Args:
        changes: What was noted since the last flush.

    Attributes:
        filled: Columns of new objects that were filled in: object, attribute and value before.
    """

    def __init__(self, connection: Connection, changes: RelatedChanges) -> None:
        self._connection = connection
        self._changes = changes
        self._settled: list[tuple[RelatedList, list[Any] | None]] = []
        self.filled: list[tuple[Any, str, Any]] = []

    def __bool__(self) -> bool:
        return bool(self._changes)

    def fill_keys(
        self, new: Iterable[Any], deleted: Container[int], *, is_final: bool = True
    ) -> None:
        """Give objects the keys of those they refer to, and their children their own.

        Args:
            deleted: The `id`s of objects that are deleted with this flush.
            is_final: All keys are known that ever will be.

        Raises:
            ValidationError: An object that is referred to has no key.
        """
        for owner in with_related([*new, *self._changes.owners.values()]):
            if id(owner) in deleted:
                continue
            for link in links_of(owner.__mapper__):
                if link.is_many_to_one:
                    self._fill_reference(owner, link, is_final)
                elif link.is_one_to_many and link.local_key(owner) is not None:
                    for child in link.members(owner):
                        self._fill(child, link.remote, owner, link.local)

    def delete_associations(self, deleted: Container[int]) -> None:
        """Delete the rows between objects that are no longer related.

        Args:
            deleted: The `id`s of the objects that are deleted with this flush.
        """
        removed: _Rows = {}
        for owner, link, members in self._lists_between(self._changes.owners):
            if id(owner) not in deleted:
                _collect(removed, link, owner, members.changes()[1])
        for source, rows in removed.values():
            for portion in _portions(list(rows)):
                gone: Delete[Any] = delete(source).where(_any_row(source, portion))
                self._run(gone)
        for link, key in self._changes.cut:
            assert link.association is not None
            between = link.association
            parts = (key,) if len(between.local) == 1 else key
            pairs = zip(between.local, parts, strict=True)
            cut: Delete[Any] = delete(between.source).where(
                and_(*(between.source.c[name] == part for name, part in pairs))
            )
            self._run(cut)

    def insert_associations(self, new: Mapping[int, Any], deleted: Container[int]) -> None:
        """Insert the rows between objects that are related now.

        Args:
            new: The objects that were inserted with this flush, by `id`.
            deleted: The `id`s of those that are deleted with it.
        """
        added: _Rows = {}
        for owner, link, members in self._lists_between({**new, **self._changes.owners}):
            if id(owner) in deleted:
                continue
            fresh = members if id(owner) in new else members.changes()[0]
            _collect(added, link, owner, [item for item in fresh if id(item) not in deleted])
        for source, rows in added.values():
            if rows:
                inserted: Insert[Any] = insert(source).values_list([dict(row) for row in rows])
                self._run(inserted)

    def settle(self, new: Iterable[Any]) -> None:
        """Take what was written as the present state."""
        for owner in with_related([*new, *self._changes.owners.values()]):
            for link in links_of(owner.__mapper__):
                value = owner.__dict__.get(link.name)
                if isinstance(value, RelatedList):
                    self._settled.append((value, value.before))
                    value.settle()

    def take_back(self) -> None:
        """Give objects and lists the state they had before."""
        for members, before in reversed(self._settled):
            members.unsettle(before)
        for instance, name, value in reversed(self.filled):
            instance.__dict__[name] = value
        self._settled, self.filled = [], []

    # --- How it is done ---

    def _run(self, statement: Statement) -> None:
        self._connection.execute(compile_statement(statement, self._connection.dialect))

    def _fill_reference(self, owner: Any, link: Link, is_final: bool) -> None:
        target = owner.__dict__.get(link.name)
        if target is None:
            return
        if link.remote_key(target) is not None:
            self._fill(owner, link.local, target, link.remote)
        elif is_final:
            raise ValidationError(
                f"{link.label} refers to {target!r}, which has no key yet. Save it first, in a "
                "session of its own storage.",
                table_name=link.owner.table,
            )

    def _fill(
        self, instance: Any, names: tuple[str, ...], source: Any, others: tuple[str, ...]
    ) -> None:
        for name, other in zip(names, others, strict=True):
            before, value = instance.__dict__.get(name), source.__dict__[other]
            if before != value:
                if SESSION not in instance.__dict__:
                    self.filled.append((instance, name, before))
                set_column(instance, name, value)

    def _lists_between(self, owners: Mapping[int, Any]) -> Iterator[tuple[Any, Link, RelatedList]]:
        for owner in with_related(owners.values()):
            for link in links_of(owner.__mapper__):
                members = owner.__dict__.get(link.name)
                if link.kind is Kind.MANY_TO_MANY and isinstance(members, RelatedList):
                    yield owner, link, members


def follow_written(session: Any, mapper: Mapper, instances: Iterable[Any]) -> None:
    """Put objects that were just inserted into what their parents have in memory."""
    for link, parent, instance in _parents(session, mapper, instances):
        if link.is_loaded(parent):
            follow(parent, link, instance, is_new=True)


def follow_deleted(session: Any, mapper: Mapper, instances: Iterable[Any]) -> None:
    """Take objects that were just deleted out of what others have in memory."""
    gone = list(instances)
    for link, parent, instance in _parents(session, mapper, gone):
        if link.is_loaded(parent):
            follow(parent, link, instance, is_new=False)
    for link in links_of(mapper):
        if link.kind is Kind.MANY_TO_MANY and link.back is not None:
            for other in session.all_loaded(link.target.model):
                if link.back.is_loaded(other):
                    for instance in gone:
                        follow(other, link.back, instance, is_new=False)


def _parents(
    session: Any, mapper: Mapper, instances: Iterable[Any]
) -> Iterator[tuple[Link, Any, Any]]:
    """Yield the parents in memory of each object, by the foreign keys it has."""
    for link in mapper.model.__storage__.models.incoming(mapper):
        if link.local != link.owner.key or not session.has_loaded(link.owner.model):
            continue
        for instance in instances:
            key = link.remote_key(instance)
            parent = None if key is None else session.loaded(link.owner.model, key)
            if parent is not None:
                yield link, parent, instance


def _collect(rows: _Rows, link: Link, owner: Any, items: Iterable[Any]) -> None:
    assert link.association is not None
    between = link.association
    _, found = rows.setdefault(between.source.name, (between.source, {}))
    for item in items:
        # Both sides name the same row, so it must look the same from both.
        row = {
            **_columns(between.local, owner, link.local),
            **_columns(between.remote, item, link.remote),
        }
        found[tuple(sorted(row.items()))] = None


def _columns(names: tuple[str, ...], instance: Any, attributes: tuple[str, ...]) -> dict[str, Any]:
    return {
        name: instance.__dict__[attribute]
        for name, attribute in zip(names, attributes, strict=True)
    }


def _portions(rows: list[AssociationRow]) -> Iterator[list[AssociationRow]]:
    for start in range(0, len(rows), _MANY_ROWS):
        yield rows[start : start + _MANY_ROWS]


def _any_row(source: Any, rows: list[AssociationRow]) -> Condition:
    return or_(*(and_(*(source.c[name] == value for name, value in row)) for row in rows))
