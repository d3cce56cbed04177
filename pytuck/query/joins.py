"""What a join connects, and by which condition."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol, TypeGuard

from pytuck.common.exceptions import QueryError
from pytuck.query.expressions import Condition, Expression, and_
from pytuck.query.sources import Source, TableSource


class HasJoins(Protocol):
    """A relationship: it knows the way to its target."""

    def __joins__(self, target: Any = None) -> Sequence[tuple[Any, Expression[bool]]]:
        """Return the targets to join, one after the other, each with its condition.

        Args:
            target: The alias of the last target to join instead of it.
        """


def has_joins(way: object) -> TypeGuard[HasJoins]:
    """Return whether `way` is a relationship to join along."""
    return hasattr(way, "__joins__")  # isinstance() with a protocol takes ten times as long


def source_of(target: object) -> tuple[Source, Any]:
    """Return the source of a model class, an alias, a table or a subquery, and the model.

    Raises:
        QueryError: It is none of them.
    """
    if isinstance(target, Source):
        return target, None
    source = getattr(target, "__source__", None)
    if isinstance(source, Source):
        return source, getattr(target, "__entity__", target)
    raise QueryError(
        f"{target!r} is neither a model class nor a table. "
        "A model needs __tablename__ and a base from declarative_base()."
    )


def is_source(target: object) -> bool:
    """Return whether rows can be taken from `target`."""
    return isinstance(target, Source) or isinstance(getattr(target, "__source__", None), Source)


def condition_between(left: Iterable[Source], right: Source) -> tuple[Source, Condition]:
    """Return the condition that follows from a foreign key, and the source it leads to.

    The source joined last is tried first, as in SQLAlchemy.

    Args:
        left: The sources of the statement, from the first to the last.

    Raises:
        QueryError: There is no foreign key between them, or more than one.
    """
    sources = list(left)
    for group in (sources[-1:], sources[:-1]):
        found = [(source, key) for source in group for key in _key_conditions(source, right)]
        if len(found) == 1:
            return found[0]
        if found:
            raise QueryError(
                f"There are {len(found)} foreign keys by which '{right.name}' can be joined. "
                "Say which with join(target, condition)."
            )
    names = ", ".join(f"'{source.name}'" for source in sources)
    raise QueryError(
        f"There is no foreign key between '{right.name}' and {names or 'anything'}. "
        "Give the condition: join(target, condition)."
    )


def _key_conditions(left: Source, right: Source) -> Iterator[Condition]:
    if not isinstance(left, TableSource) or not isinstance(right, TableSource):
        return
    yield from _keys_from(left, right)
    yield from _keys_from(right, left)


def _keys_from(holder: TableSource, target: TableSource) -> Iterator[Condition]:
    for key in holder.schema.foreign_keys:
        if key.target_table == target.schema.name:
            pairs = zip(key.columns, key.target_columns, strict=True)
            yield and_(*(holder.c[own] == target.c[other] for own, other in pairs))
