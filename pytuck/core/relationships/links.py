"""What a relationship means once both models are known: which keys tie their rows together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from pytuck.common.exceptions import SchemaError, ValidationError
from pytuck.core.mapping import Mapper
from pytuck.query import Condition, TableSource, and_

if TYPE_CHECKING:
    from pytuck.core.relationships.declaration import Relationship

Lazy = Literal["select", "selectin", "joined", "raise", "noload"]


class Kind(Enum):
    """Where the foreign key stands: here, on the other side, or in a table between."""

    MANY_TO_ONE = "many-to-one"
    ONE_TO_MANY = "one-to-many"
    MANY_TO_MANY = "many-to-many"


@dataclass(frozen=True, slots=True)
class Association:
    """The table between two models.

    Attributes:
        local: Its columns that hold the owner's key, in the order of `Link.local`.
        remote: Its columns that hold the target's key, in the order of `Link.remote`.
    """

    source: TableSource
    local: tuple[str, ...]
    remote: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Link:
    """One direction of a relationship, between two mapped models.

    Attributes:
        name: The attribute of the owner that holds the related objects.
        local: The owner's attributes that are compared with `remote`, or with the association.
        remote: The target's attributes, in the same order.
        is_list: The attribute holds a list, not one object or None.
        back_name: The target's attribute that holds the other direction.
        cascade: What happens to the related objects along with the owner.
        order_by: In which order a list is loaded: columns, keys to sort by, or names.
    """

    name: str
    owner: Mapper
    target: Mapper
    kind: Kind
    local: tuple[str, ...]
    remote: tuple[str, ...]
    is_list: bool
    back_name: str | None
    cascade: frozenset[str]
    lazy: Lazy
    order_by: tuple[Any, ...] = ()
    association: Association | None = None

    def __repr__(self) -> str:
        return f"<{self.kind.value} {self.label}>"

    @property
    def label(self) -> str:
        """The relationship's name with its model's, for messages."""
        return f"{self.owner.model.__name__}.{self.name}"

    @property
    def is_many_to_one(self) -> bool:
        """Whether the foreign key is the owner's."""
        return self.kind is Kind.MANY_TO_ONE

    @property
    def is_one_to_many(self) -> bool:
        """Whether the foreign key is the target's."""
        return self.kind is Kind.ONE_TO_MANY

    @cached_property
    def back(self) -> Link | None:
        """The other direction, if `back_populates` names one."""
        if self.back_name is None:
            return None
        other: Relationship[Any] | None = self.target.relationships.get(self.back_name)
        if other is None:
            raise ValidationError(
                f"{self.label} is populated back by {self.target.model.__name__}."
                f"{self.back_name}, which is no relationship.",
                table_name=self.owner.table,
            )
        return other.link

    @cached_property
    def is_in_one_storage(self) -> bool:
        """Whether both tables are in the same storage, so that one transaction holds both."""
        return self.owner.model.__storage__ is self.target.model.__storage__

    @cached_property
    def can_be_unset(self) -> bool:
        """Whether the columns of the foreign key may be NULL."""
        mapper, names = (
            (self.owner, self.local) if self.is_many_to_one else (self.target, self.remote)
        )
        return all(
            mapper.by_name[name].column.nullable and not mapper.by_name[name].column.primary_key
            for name in names
        )

    def local_key(self, instance: Any) -> Any:
        """Return what ties an owner to its related objects; None if a part is missing."""
        return _key(instance, self.local)

    def remote_key(self, instance: Any) -> Any:
        """Return what ties a related object to its owner; None if a part is missing."""
        return _key(instance, self.remote)

    def members(self, instance: Any) -> Sequence[Any]:
        """Return the related objects that an owner has in memory, without loading any."""
        value = instance.__dict__.get(self.name)
        if value is None:
            return ()
        return value if self.is_list else (value,)

    def is_loaded(self, instance: Any) -> bool:
        """Return whether an owner has its related objects in memory."""
        return self.name in instance.__dict__

    def check(self, item: object) -> None:
        """Refuse what is no instance of the target.

        Raises:
            ValidationError: `item` is something else.
        """
        if not isinstance(item, self.target.model):
            raise ValidationError(
                f"{self.label} holds {self.target.model.__name__} objects, not {item!r}.",
                table_name=self.owner.table,
            )

    def join(
        self, owner: Any, target: Any, *, is_apart: bool = False
    ) -> list[tuple[Any, Condition]]:
        """Return what to join to reach a target from an owner: each source with its condition.

        Args:
            owner, target: The models, or aliases of them.
            is_apart: Give the table between them a name of its own.
        """
        if self.association is None:
            pairs = zip(self.local, self.remote, strict=True)
            return [
                (target, and_(*(getattr(target, b) == getattr(owner, a) for a, b in pairs))),
            ]
        between = self.association
        source = between.source.alias() if is_apart else between.source
        return [
            (source, _tied(source, between.local, owner, self.local)),
            (target, _tied(source, between.remote, target, self.remote)),
        ]


def resolve(relationship: Relationship[Any], owner: Mapper, target: Mapper) -> Link:
    """Return the link that a declaration means.

    Raises:
        SchemaError: No foreign key ties the two together, or several do.
        ValidationError: The declaration names an attribute that neither model has.
    """
    if relationship.secondary is not None:
        return _many_to_many(relationship, owner, target)
    kind, local, remote = _direct(relationship, owner, target)
    default = kind is Kind.ONE_TO_MANY
    return _link(
        relationship,
        owner,
        target,
        kind=kind,
        local=local,
        remote=remote,
        is_list=default if relationship.uselist is None else relationship.uselist,
    )


def _link(
    relationship: Relationship[Any],
    owner: Mapper,
    target: Mapper,
    *,
    kind: Kind,
    local: tuple[str, ...],
    remote: tuple[str, ...],
    is_list: bool,
    association: Association | None = None,
) -> Link:
    return Link(
        relationship.name,
        owner,
        target,
        kind,
        local,
        remote,
        is_list,
        relationship.back_populates,
        relationship.cascade,
        relationship.lazy,
        relationship.order_by,
        association,
    )


def _direct(
    relationship: Relationship[Any], owner: Mapper, target: Mapper
) -> tuple[Kind, tuple[str, ...], tuple[str, ...]]:
    candidates = [
        *((Kind.MANY_TO_ONE, *pair) for pair in _references(owner, target)),
        *((Kind.ONE_TO_MANY, pair[1], pair[0]) for pair in _references(target, owner)),
    ]
    if relationship.foreign_key:
        return _named(relationship, owner, target, candidates)
    if owner is target or relationship.uselist is not None:
        wanted = Kind.ONE_TO_MANY if relationship.uselist else Kind.MANY_TO_ONE
        narrowed = [item for item in candidates if item[0] is wanted]
        candidates = narrowed or candidates
    if len(candidates) == 1:
        return candidates[0]
    found = "No foreign key ties" if not candidates else "Several foreign keys tie"
    raise SchemaError(
        f"{relationship.label}: {found} '{owner.table}' and '{target.table}' together. Name the "
        "attribute that holds the key: Relationship(..., foreign_key=...).",
        table_name=owner.table,
    )


def _named(
    relationship: Relationship[Any],
    owner: Mapper,
    target: Mapper,
    candidates: list[tuple[Kind, tuple[str, ...], tuple[str, ...]]],
) -> tuple[Kind, tuple[str, ...], tuple[str, ...]]:
    """Return the link whose foreign key the declaration names."""
    here = _attributes(owner, relationship.foreign_key)
    there = _attributes(target, relationship.foreign_key)
    is_here = here is not None and not (there is not None and relationship.uselist)
    names = here if is_here else there
    if names is None:
        raise ValidationError(
            f"{relationship.label}: neither {owner.model.__name__} nor {target.model.__name__} "
            f"has a column {', '.join(relationship.foreign_key)}.",
            table_name=owner.table,
        )
    for kind, local, remote in candidates:
        if (kind is Kind.MANY_TO_ONE) == is_here and names == (local if is_here else remote):
            return kind, local, remote
    key = (target if is_here else owner).key
    if len(key) != len(names):
        raise SchemaError(
            f"{relationship.label}: the foreign key ({', '.join(names)}) does not fit the primary "
            f"key ({', '.join(key)}) of {(target if is_here else owner).model.__name__}.",
            table_name=owner.table,
        )
    return (Kind.MANY_TO_ONE, names, key) if is_here else (Kind.ONE_TO_MANY, key, names)


def _many_to_many(relationship: Relationship[Any], owner: Mapper, target: Mapper) -> Link:
    between = relationship.secondary_source(owner)
    to_owner = _keys_to(between, owner)
    to_target = _keys_to(between, target)
    if relationship.foreign_key:
        first, last = relationship.foreign_key[0], relationship.foreign_key[-1]
        to_owner = [pair for pair in to_owner if first in pair[0]]
        to_target = [pair for pair in to_target if last in pair[0]]
    if len(to_owner) != 1 or len(to_target) != 1:
        raise SchemaError(
            f"{relationship.label}: '{between.name}' must have one foreign key to '{owner.table}' "
            f"and one to '{target.table}'; it has {len(to_owner)} and {len(to_target)}. Where "
            "both go to one table, name them: foreign_key=(own column, other column).",
            table_name=between.name,
        )
    association = Association(between, to_owner[0][0], to_target[0][0])
    return _link(
        relationship,
        owner,
        target,
        kind=Kind.MANY_TO_MANY,
        local=to_owner[0][1],
        remote=to_target[0][1],
        is_list=relationship.uselist is not False,
        association=association,
    )


def _references(mapper: Mapper, to: Mapper) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return the attributes of each foreign key of one model to another, and what they name."""
    found = []
    for key in mapper.source.schema.foreign_keys:
        if key.target_table != to.table:
            continue
        own, other = _attributes(mapper, key.columns), _attributes(to, key.target_columns)
        if own is not None and other is not None:
            found.append((own, other))
    return found


def _keys_to(between: TableSource, mapper: Mapper) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    found = []
    for key in between.schema.foreign_keys:
        names = _attributes(mapper, key.target_columns)
        if key.target_table == mapper.table and names is not None:
            found.append((key.columns, names))
    return found


def _attributes(mapper: Mapper, names: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the attributes with these names, or those of columns with them; None if not all."""
    by_column = {item.column.name: item.name for item in mapper.attributes}
    found = [name if name in mapper.by_name else by_column.get(name) for name in names]
    return tuple(name for name in found if name) if all(found) else None


def _tied(
    between: TableSource, columns: tuple[str, ...], model: Any, names: tuple[str, ...]
) -> Condition:
    pairs = zip(columns, names, strict=True)
    return and_(*(between.c[column] == getattr(model, name) for column, name in pairs))


def _key(instance: Any, names: tuple[str, ...]) -> Any:
    values = instance.__dict__
    if len(names) == 1:
        return values.get(names[0])
    key = tuple(values.get(name) for name in names)
    return None if None in key else key


def links_of(mapper: Mapper) -> tuple[Link, ...]:
    """Return the links of a model's relationships."""
    return mapper.links


def with_related(owners: Iterable[Any]) -> Iterator[Any]:
    """Yield those of `owners` that have any of their related objects in memory."""
    for owner in owners:
        names = owner.__mapper__.relationship_names
        if names and not names.isdisjoint(owner.__dict__):
            yield owner
