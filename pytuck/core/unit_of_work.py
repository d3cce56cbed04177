"""Writing the pending changes of a session: which statements, in which order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from pytuck.backends import Connection
from pytuck.common.exceptions import (
    DuplicateKeyError,
    PytuckException,
    StaleDataError,
    ValidationError,
)
from pytuck.compiler import Template, compile_statement
from pytuck.core.mapping import ROWID, Mapper
from pytuck.query import Delete, Expression, Insert, Select, Update, nodes, select
from pytuck.types import RAW, Stored
from pytuck.types.numeric import INTEGER_MAX


@dataclass(slots=True)
class Pending:
    """What a session has to write.

    Attributes:
        new: Instances to insert, in the order in which they were added.
        changed: Instances to update by `id`, with the values that attributes had before.
        deleted: Instances to delete, by `id`.
    """

    new: dict[int, Any] = field(default_factory=dict)
    changed: dict[int, tuple[Any, dict[str, Any]]] = field(default_factory=dict)
    deleted: dict[int, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.deleted)


@dataclass(frozen=True, slots=True)
class Inserted:
    """Instances of one model that were inserted.

    Attributes:
        given: Those whose key was given on the way, so that a rollback can take it away.
    """

    mapper: Mapper
    instances: list[Any]
    given: list[Any]

    def take_keys(self) -> None:
        """Undo the giving of keys."""
        name = self.mapper.key_name
        if name is not None:
            for instance in self.given:
                instance.__dict__[name] = None


class ForeignKeyFiller(Protocol):
    """Who knows the foreign keys that follow from relationships."""

    def fill_foreign_keys(self, owners: Iterable[Any]) -> None:
        """Give objects the keys of those they refer to."""

    def fill_children(self, owners: Iterable[Any]) -> None:
        """Give the children of owners the owners' keys."""

    def changed(self) -> list[Any]:
        """Return the objects that are not new and whose relationships were changed."""


def insert_all(
    connection: Connection,
    instances: Iterable[Any],
    done: list[Inserted],
    relations: ForeignKeyFiller,
) -> None:
    """Insert new instances, giving them their keys; parents before children.

    All keys are given before the first row is written, since relationships need them.

    Args:
        done: Gets what was inserted, model by model, also if a later one fails.
    """
    groups = by_mapper(instances, parents_first=True)
    for mapper, group in groups:
        done.append(Inserted(mapper, group, _give_keys(connection, mapper, group)))
    for mapper, group in groups:
        if mapper.relationships:
            relations.fill_foreign_keys(group)
            relations.fill_children(group)
    changed = relations.changed()
    relations.fill_foreign_keys(changed)
    relations.fill_children(changed)
    for mapper, group in groups:
        _require_values(mapper, group)
        _insert_group(connection, mapper, group)


def update_all(connection: Connection, changed: Iterable[tuple[Any, dict[str, Any]]]) -> None:
    """Write changed attributes, one statement for all instances with the same ones.

    Raises:
        StaleDataError: A row is gone.
    """
    groups: dict[tuple[Mapper, tuple[str, ...]], list[tuple[Any, dict[str, Any]]]]
    groups = defaultdict(list)
    for instance, before in changed:
        groups[instance.__mapper__, tuple(before)].append((instance, before))
    for (mapper, names), group in groups.items():
        template = _update_template(connection, mapper, names)
        rows = [_update_row(mapper, names, instance, before) for instance, before in group]
        _write_each(connection, template, rows, mapper, "changed")


def delete_all(connection: Connection, instances: Iterable[Any]) -> None:
    """Delete instances; children before parents.

    Raises:
        StaleDataError: A row is gone already.
    """
    for mapper, group in by_mapper(instances, parents_first=False):
        statement: Delete[Any] = Delete(mapper.source.node, key_condition(mapper))
        template = compile_statement(statement, connection.dialect).template
        rows = [mapper.stored_key(mapper.key_of(instance)) for instance in group]
        _write_each(connection, template, rows, mapper, "deleted")


def key_condition(mapper: Mapper) -> nodes.Node:
    """Return the condition that a row has a key whose parts are the last parameters."""
    if not mapper.key:
        columns: list[nodes.Node] = [mapper.source.rowid.node]
    else:
        columns = [mapper.source.c[mapper.by_name[name].column.name].node for name in mapper.key]
    equal = tuple(nodes.Comparison(node, "=", nodes.Literal(None, RAW)) for node in columns)
    return equal[0] if len(equal) == 1 else nodes.And(equal)


def instance_columns(mapper: Mapper) -> tuple[nodes.Node, ...]:
    """Return what a select must give so that the mapper can make instances of its rows."""
    if mapper.key:
        return mapper.source.column_nodes
    return (*mapper.source.column_nodes, mapper.source.rowid.node)


def by_mapper(
    instances: Iterable[Any], *, parents_first: bool = True
) -> list[tuple[Mapper, list[Any]]]:
    """Return objects by model, models after those they refer to, or before them."""
    groups: dict[type[Any], list[Any]] = defaultdict(list)
    for instance in instances:
        groups[type(instance)].append(instance)
    by_mapper = {model.__mapper__: group for model, group in groups.items()}
    ordered = _in_order_of_foreign_keys(list(by_mapper))
    return [(mapper, by_mapper[mapper]) for mapper in (ordered if parents_first else ordered[::-1])]


def _in_order_of_foreign_keys(mappers: list[Mapper]) -> list[Mapper]:
    """Return the mappers so that tables come after those they refer to; cycles as they stand."""
    by_table = {mapper.table: mapper for mapper in mappers}
    ordered: list[Mapper] = []
    visited: set[str] = set()

    def visit(mapper: Mapper) -> None:
        if mapper.table in visited:
            return
        visited.add(mapper.table)
        for key in mapper.source.schema.foreign_keys:
            if key.target_table in by_table:
                visit(by_table[key.target_table])
        ordered.append(mapper)

    for mapper in mappers:
        visit(mapper)
    return ordered


def _insert_group(connection: Connection, mapper: Mapper, group: list[Any]) -> None:
    columns = mapper.source.column_nodes
    rows = list(map(mapper.row_of, group))
    if not mapper.key:
        rowid = mapper.source.schema.hidden_rowid or "rowid"
        columns += (nodes.ColumnRef(mapper.table, rowid, RAW),)
        rows = [(*row, instance.__dict__[ROWID]) for row, instance in zip(rows, group, strict=True)]
    statement: Insert[Any] = Insert(mapper.source.node, columns)
    template = compile_statement(statement, connection.dialect).template
    try:
        connection.execute_many(template, rows)
    except PytuckException as err:
        if isinstance(err, DuplicateKeyError):
            raise _named_duplicate(connection, mapper, group, err) from err
        raise


def _give_keys(connection: Connection, mapper: Mapper, group: Sequence[Any]) -> list[Any]:
    """Give row ids to the instances that have none; the write lock is held already."""
    if mapper.key and not mapper.has_allocated_key:
        return []
    name = mapper.key[0] if mapper.key else ROWID
    keyless = [instance for instance in group if instance.__dict__.get(name) is None]
    if not keyless:
        return []
    following = _highest_row_id(connection, mapper)
    if len(keyless) < len(group):
        following = max(following, *(instance.__dict__.get(name) or 0 for instance in group))
    if following + len(keyless) > INTEGER_MAX:
        raise ValidationError(
            f"Table '{mapper.table}' has no row id left after {following}; give the key yourself.",
            table_name=mapper.table,
        )
    for key, instance in enumerate(keyless, following + 1):
        instance.__dict__[name] = key
    return keyless


def _require_values(mapper: Mapper, group: Sequence[Any]) -> None:
    """Refuse instances without a key, or without a foreign key that must have a value."""
    required = [
        name for name in sorted(mapper.foreign_keys) if not mapper.by_name[name].column.nullable
    ]
    for name in required:
        column = mapper.by_name[name].column
        for instance in group:
            if instance.__dict__.get(name) is None and not column.primary_key:
                raise ValidationError(
                    f"Missing required column '{name}' of table '{mapper.table}': the new "
                    f"{mapper.model.__name__} neither has the key nor refers to an object.",
                    table_name=mapper.table,
                    column_name=column.name,
                )
    if mapper.has_allocated_key:
        return
    for instance in group:
        for name in mapper.key:
            if instance.__dict__.get(name) is None:
                raise ValidationError(
                    f"A new {mapper.model.__name__} has no value for its primary key '{name}', "
                    "which only whole-number keys get by themselves.",
                    table_name=mapper.table,
                    column_name=mapper.by_name[name].column.name,
                )


def _highest_row_id(connection: Connection, mapper: Mapper) -> int:
    highest = _scalar(connection, mapper.highest_row_id) or 0
    autoincrement = any(column.autoincrement for column in mapper.source.schema.columns)
    if not autoincrement:
        return max(highest, 0)
    sequence = Expression[int](nodes.ColumnRef("sqlite_sequence", "seq", RAW), RAW)
    name = Expression[str](nodes.ColumnRef("sqlite_sequence", "name", RAW), RAW)
    used = _scalar(connection, select(sequence).where(name == mapper.table)) or 0
    return max(highest, used, 0)


def _scalar(connection: Connection, statement: Select[Any]) -> int | None:
    rows = connection.execute(compile_statement(statement, connection.dialect)).rows
    value = rows[0][0] if rows else None
    return value if isinstance(value, int) else None


def _update_template(connection: Connection, mapper: Mapper, names: tuple[str, ...]) -> Template:
    columns = [mapper.source.c[mapper.by_name[name].column.name].node for name in names]
    assignments = tuple(
        (node, nodes.Literal(None, RAW)) for node in columns if isinstance(node, nodes.ColumnRef)
    )
    statement: Update[Any] = Update(mapper.source.node, assignments, key_condition(mapper))
    return compile_statement(statement, connection.dialect).template


def _update_row(
    mapper: Mapper, names: tuple[str, ...], instance: Any, before: dict[str, Any]
) -> tuple[Stored, ...]:
    values = instance.__dict__
    new = [mapper.by_name[name].column.type.to_storage(values[name]) for name in names]
    key = tuple(before.get(name, values.get(name)) for name in mapper.key) or (values[ROWID],)
    return (*new, *mapper.stored_key(key if len(key) > 1 else key[0]))


def _write_each(
    connection: Connection,
    template: Template,
    rows: list[tuple[Stored, ...]],
    mapper: Mapper,
    what: str,
) -> None:
    before = connection.total_changes()
    connection.execute_many(template, rows)
    written = connection.total_changes() - before
    if written != len(rows):
        raise StaleDataError(
            f"{len(rows) - written} of {len(rows)} rows of table '{mapper.table}' that were to be "
            f"{what} no longer exist; somebody else deleted them. Roll back and read again.",
            table_name=mapper.table,
        )


def _named_duplicate(
    connection: Connection, mapper: Mapper, group: Sequence[Any], err: DuplicateKeyError
) -> DuplicateKeyError:
    """Return the error with the value that exists already, where it can be told."""
    column = next((a for a in mapper.attributes if a.column.name == err.column_name), None)
    if column is None:
        return err
    expression = mapper.source.c[column.column.name]
    seen: set[Any] = set()
    for instance in group:
        value = instance.__dict__.get(column.name)
        if value is None or not isinstance(value, (int, str, bytes, float)):
            continue
        found = select(expression).where(expression == value)
        stored = connection.execute(compile_statement(found, connection.dialect)).rows
        if value in seen or stored:
            return DuplicateKeyError(mapper.table, value, column_name=column.column.name)
        seen.add(value)
    return err
