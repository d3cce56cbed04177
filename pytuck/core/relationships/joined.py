"""`joinedload`: related objects that come in the same statement as their owners, by outer joins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pytuck.core.mapping import Mapper
from pytuck.core.relationships.links import Link
from pytuck.core.relationships.loading import put_loaded
from pytuck.core.relationships.options import LoadTree, strategy_of
from pytuck.query import Expression, Ordering, Select, aliased, nodes


@dataclass(frozen=True, slots=True)
class _Step:
    """One joined relationship: the parts of the row that hold its owners and its targets."""

    link: Link
    owners: int
    targets: int
    alias: Any


@dataclass(frozen=True, slots=True)
class JoinedQuestion:
    """A question for objects and what is joined to them.

    Attributes:
        statement: The question with the joins; its rows hold the object first.
    """

    statement: Select[Any]
    steps: tuple[_Step, ...]

    def read(self, rows: list[tuple[Any, ...]]) -> list[Any]:
        """Return the objects, each once, with their related objects loaded."""
        for step in self.steps:
            _put(step, rows)
        return list({id(row[0]): row[0] for row in rows}.values())


def with_joins(statement: Select[Any], tree: LoadTree) -> JoinedQuestion | None:
    """Return the question with what is to be joined, or None if that is nothing.

    Lists are not joined to a question with a limit, since a limit counts joined rows; nothing is
    joined to groups and to different rows. They are read by a statement of their own.
    """
    if statement.group or statement.is_distinct or statement.having_node is not None:
        return None
    is_cut = statement.limit_node is not None or statement.offset_node is not None
    steps = tuple(_steps(tree, may_join_lists=not is_cut))
    if not steps:
        return None
    joined: Select[Any] = statement.add_columns(*(step.alias for step in steps))
    owners = {0: statement.entity, **{step.targets: step.alias for step in steps}}
    for step in steps:
        for target, condition in step.link.join(owners[step.owners], step.alias, is_apart=True):
            joined = joined.join(target, condition, isouter=True)
        joined = joined.order_by(*_order(step))
    return JoinedQuestion(joined, steps)


def _steps(tree: LoadTree, *, may_join_lists: bool) -> Iterator[_Step]:
    """Yield the relationships to join, owners before what belongs to them."""
    waiting: list[tuple[LoadTree, int, frozenset[Mapper]]] = [(tree, 0, frozenset((tree.mapper,)))]
    number = 0
    while waiting:
        branch, owners, above = waiting.pop(0)
        for name in branch.mapper.relationships:
            link: Link = branch.mapper.relationships[name].link
            step = branch.steps.get(name)
            is_asked_for = step is not None and step.strategy == "joined"
            if strategy_of(branch, name) != "joined" or not link.is_in_one_storage:
                continue
            if (link.is_list and not may_join_lists) or not (
                is_asked_for or link.target not in above  # declared ones go round only once
            ):
                continue
            number += 1
            yield _Step(link, owners, number, aliased(link.target.model))
            after = step.after if step is not None and step.after is not None else None
            waiting.append((after or LoadTree(link.target), number, above | {link.target}))


def _order(step: _Step) -> list[Ordering]:
    return [_on_alias(key, step) for key in step.link.order_by] if step.link.is_list else []


def _on_alias(key: Any, step: _Step) -> Ordering:
    """Return a key to sort by as one of the alias."""
    if isinstance(key, str):
        return Ordering(nodes.Order(getattr(step.alias, key).node))
    node = key.node if isinstance(key, Ordering) else nodes.Order(key.node)
    if isinstance(node.item, nodes.ColumnRef) and node.item.source == step.link.target.table:
        column: Expression[Any] = step.alias.__source__.c[node.item.name]
        node = nodes.Order(column.node, node.is_descending, node.nulls)
    return Ordering(node)


def _put(step: _Step, rows: list[tuple[Any, ...]]) -> None:
    link = step.link
    found: dict[int, tuple[Any, dict[int, Any]]] = {}
    for row in rows:
        owner, target = row[step.owners], row[step.targets]
        if owner is None or (id(owner) not in found and link.is_loaded(owner)):
            continue
        _, targets = found.setdefault(id(owner), (owner, {}))
        if target is not None:
            targets[id(target)] = target
    back = link.back.name if link.back is not None and not link.back.is_list else None
    for owner, targets in found.values():
        put_loaded(owner, link, list(targets.values()))
        if back is not None:
            for target in targets.values():
                target.__dict__.setdefault(back, owner)
