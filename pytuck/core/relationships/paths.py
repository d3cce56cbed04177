"""A relationship in a statement: what to join along it, and conditions on what is related."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytuck.common.exceptions import QueryError
from pytuck.core.relationships.links import Kind, Link
from pytuck.query import (
    Condition,
    Expression,
    Select,
    and_,
    exists,
    literal,
    not_,
    or_,
    select,
)


class RelationshipPath:
    """A relationship seen from a model, or from an alias of it.

    Args:
        link: The relationship.
        owner: The model, or the alias, whose relationship it is.
        target: The alias of the target that it leads to; None for the target itself.
    """

    __hash__ = object.__hash__

    def __init__(self, link: Link, owner: Any, target: Any = None) -> None:
        self.link = link
        self.owner = owner
        self.target = target

    def __repr__(self) -> str:
        return f"<{self.link.label} of {self.owner!r}>"

    def __joins__(self, target: Any = None) -> Sequence[tuple[Any, Expression[bool]]]:
        """Return the targets to join one after the other, each with its condition.

        Args:
            target: The alias to end at.
        """
        self._refuse_other_storage()
        end = target or self.target or self.link.target.model
        return self.link.join(self.owner, end)

    def of_type(self, target: Any) -> RelationshipPath:
        """Return the same relationship leading to an alias of its target."""
        return RelationshipPath(self.link, self.owner, target)

    def any(self, *conditions: Expression[bool], **values: object) -> Condition:
        """Return the condition that there is a related object, of which `conditions` hold.

        Args:
            conditions: Conditions on the target's columns.
            values: Attributes of the target that have these values.
        """
        self._refuse_other_storage()
        link = self.link
        found = self._question(link.remote if link.association is None else ()).where(*conditions)
        for name, value in values.items():
            found = found.where(getattr(link.target.model, name) == value)
        # The target has a scope of its own, so the owner's table may be the same one.
        related = found.subquery()
        tied = (self._own(name) == key for name, key in zip(link.local, related.c, strict=True))
        return exists(select(literal(1)).select_from(related).where(*tied))

    def has(self, *conditions: Expression[bool], **values: object) -> Condition:
        """Return the condition that there is a related object, of which `conditions` hold."""
        return self.any(*conditions, **values)

    def contains(self, item: object) -> Condition:
        """Return the condition that an object is among the related ones.

        Raises:
            QueryError: The object has no key yet.
        """
        link = self.link
        link.check(item)
        if link.kind is not Kind.MANY_TO_MANY:
            return self == item
        return self.any(*self._is_object(item))

    def __eq__(self, other: object) -> Condition:  # type: ignore[override]
        link = self.link
        if other is None:
            if link.is_many_to_one:
                return or_(*(self._own(name).is_(None) for name in link.local))
            return not_(self.any())
        link.check(other)
        if link.kind is Kind.MANY_TO_MANY:
            raise QueryError(f"{link.label} is a list; ask {link.label}.contains(object).")
        key = link.remote_key(other)
        if key is None and link.is_many_to_one:
            raise QueryError(f"{other!r} has no key yet; flush the session before asking for it.")
        parts = (key,) if len(link.local) == 1 else key or (None,) * len(link.local)
        return and_(
            *(
                literal(False) if part is None else self._own(name) == part
                for name, part in zip(link.local, parts, strict=True)
            )
        )

    def __ne__(self, other: object) -> Condition:  # type: ignore[override]
        if other is None:
            return not_(self == other)
        return or_(not_(self == other), self == None)  # noqa: E711 - a condition

    def is_(self, other: None) -> Condition:
        """Return the condition that nothing is related."""
        return self == other

    def is_not(self, other: None) -> Condition:
        """Return the condition that something is related."""
        return self != other

    # --- How it is done ---

    def _own(self, name: str) -> Expression[Any]:
        column: Expression[Any] = getattr(self.owner, name)
        return column

    def _question(self, names: tuple[str, ...]) -> Select[Any]:
        """Return the question for what ties all targets to their owners."""
        link, target = self.link, self.link.target.model
        if link.association is None:
            return select(*(getattr(target, name) for name in names))
        between = link.association
        columns = [between.source.c[name] for name in between.local]
        _, (_, condition) = link.join(link.owner.model, target)
        return select(*columns).join(target, condition)

    def _is_object(self, item: Any) -> list[Expression[bool]]:
        link = self.link
        key = link.remote_key(item)
        if key is None:
            raise QueryError(f"{item!r} has no key yet; flush the session before asking for it.")
        parts = (key,) if len(link.remote) == 1 else key
        target = link.target.model
        return [
            getattr(target, name) == part for name, part in zip(link.remote, parts, strict=True)
        ]

    def _refuse_other_storage(self) -> None:
        if not self.link.is_in_one_storage:
            raise QueryError(
                f"{self.link.label} leads to another storage; a statement asks only one.",
                table_name=self.link.owner.table,
            )
