"""The statements that write instances: every batch of one shape is one `executemany`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

from pytuck.backends import Connection
from pytuck.common.exceptions import (
    DuplicateKeyError,
    ValidationError,
)
from pytuck.compiler import Template, compile_statement
from pytuck.core.instance_values import ROWID
from pytuck.core.mapping import Mapper
from pytuck.core.refused_rows import (
    named_duplicate,
    refuse_missing,
    stale,
    still_there,
    unstorable,
)
from pytuck.core.unit_of_work import Change, Inserted
from pytuck.query import Delete, Insert, Select, Statement, Update, nodes
from pytuck.types import RAW, Stored
from pytuck.types.base import DECODE_ERRORS
from pytuck.types.numeric import INTEGER_MAX

_MAX_TEMPLATES = 256
"""For one model; there is one for each set of attributes that were changed together."""


# --- Insert -------------------------------------------------------------------------------


def give_keys(connection: Connection, group: Inserted, *, is_alone: bool) -> None:
    """Give new instances their row ids, as far as the database does not when they are written.

    Args:
        is_alone: Nothing else is written that would have to know the key.
    """
    if not (is_alone and len(group.instances) == 1 and _is_filled_in(connection, group)):
        group.given = _give_keys(connection, group.mapper, group.instances)


def insert_group(connection: Connection, group: Inserted) -> None:
    """Insert new instances of one model, which have their keys.

    Raises:
        DuplicateKeyError: A row with this key exists.
        ValidationError: An instance has no key, or a value that cannot be stored.
    """
    mapper, instances = group.mapper, group.instances
    _require_values(mapper, instances)
    try:
        connection.write(_insert_template(connection, mapper), _rows(mapper, instances))
    except DuplicateKeyError as err:
        raise named_duplicate(connection, mapper, instances, err) from err
    if not group.given and len(instances) == 1 and _is_filled_in(connection, group):
        instances[0].__dict__[mapper.key_name or ROWID] = connection.last_row_id()
        group.given = instances


def _is_filled_in(connection: Connection, group: Inserted) -> bool:
    """Return whether the database chooses the row id of a single instance by itself."""
    mapper = group.mapper
    if not connection.dialect.fills_in_row_ids:
        return False
    if not mapper.relationship_names.isdisjoint(group.instances[0].__dict__):
        return False  # what is related must know the key before
    if mapper.key and not mapper.has_allocated_key:
        return False
    return group.instances[0].__dict__.get(mapper.key_name or ROWID) is None


def _rows(mapper: Mapper, instances: Sequence[Any]) -> list[tuple[Stored, ...]]:
    try:
        rows = list(map(mapper.row_of, instances))
    except DECODE_ERRORS as err:
        raise unstorable(mapper, instances, err) from err
    if mapper.key:
        return rows
    return [
        (*row, instance.__dict__.get(ROWID)) for row, instance in zip(rows, instances, strict=True)
    ]


def _insert_template(connection: Connection, mapper: Mapper) -> Template:
    def statement() -> Statement:
        columns = mapper.source.column_nodes
        if not mapper.key:
            rowid = mapper.source.schema.hidden_rowid or "rowid"
            columns += (nodes.ColumnRef(mapper.table, rowid, RAW),)
        return Insert(mapper.source.node, columns)

    return _template(connection, mapper, "insert", statement)


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
    for name in mapper.foreign_keys:
        column = mapper.by_name[name].column
        if column.nullable or column.primary_key:
            continue
        for instance in group:
            if instance.__dict__.get(name) is None:
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
                    f"A new {mapper.model.__name__} has no value for its primary key '{name}'. Give it "
                    "one; only a single whole-number key is filled in by itself.",
                    table_name=mapper.table,
                    column_name=mapper.by_name[name].column.name,
                )


def _highest_row_id(connection: Connection, mapper: Mapper) -> int:
    highest = _scalar(connection, mapper.highest_row_id) or 0
    autoincrement = any(column.autoincrement for column in mapper.source.schema.columns)
    if not autoincrement:
        return max(highest, 0)
    used = connection.highest_key_given(mapper.table)
    return max(highest, used, 0)


def _scalar(connection: Connection, statement: Select[Any]) -> int | None:
    rows = connection.execute(compile_statement(statement, connection.dialect)).rows
    value = rows[0][0] if rows else None
    return value if isinstance(value, int) else None


# --- Update -------------------------------------------------------------------------------


def update_group(
    connection: Connection, mapper: Mapper, names: tuple[str, ...], group: Sequence[Change]
) -> None:
    """Write the same attributes of several instances of one model.

    Args:
        names: The attributes; the version's is among them, if the model has one.
        group: Instances with the values that the attributes had before.

    Raises:
        StaleDataError: A row is gone, or somebody else changed it.
    """
    is_versioned = mapper.version is not None

    def statement() -> Statement:
        columns = [mapper.source.c[mapper.by_name[name].column.name].node for name in names]
        assignments = tuple(
            (node, nodes.Literal(None, node.type))
            for node in columns
            if isinstance(node, nodes.ColumnRef)
        )
        condition = key_condition(mapper, with_version=is_versioned)
        return Update(mapper.source.node, assignments, condition)

    template = _template(connection, mapper, names, statement)
    rows = _update_rows(mapper, names, group)
    written = connection.write(template, rows)
    if written != len(rows):
        refuse_missing(connection, mapper, names, group)
    if is_versioned and written < len(rows):
        # Every row is as it should be, but somebody else has made one so.
        raise stale(mapper, None, len(rows) - written)


def _update_rows(
    mapper: Mapper, names: tuple[str, ...], group: Sequence[Change]
) -> list[tuple[Stored, ...]]:
    key_name = mapper.key_name
    encoders = [mapper.encoder(name) for name in names]
    is_plain = key_name is not None and key_name not in names and mapper.version is None
    if is_plain and not any(encoders) and mapper.encoder(key_name) is None:
        read: Callable[[Any], tuple[Stored, ...]] = itemgetter(*names, key_name)
        return [read(instance.__dict__) for instance, _ in group]
    return [_update_row(mapper, names, encoders, instance, before) for instance, before in group]


def _update_row(
    mapper: Mapper,
    names: tuple[str, ...],
    encoders: Sequence[Callable[[Any], Stored] | None],
    instance: Any,
    before: dict[str, Any],
) -> tuple[Stored, ...]:
    values = instance.__dict__
    new = [
        values[name] if encode is None or values[name] is None else encode(values[name])
        for name, encode in zip(names, encoders, strict=True)
    ]
    key = mapper.stored_key(mapper.key_before(instance, before))
    version = () if mapper.version is None else (before[mapper.version],)
    return (*new, *key, *version)


# --- Delete -------------------------------------------------------------------------------


def delete_group(connection: Connection, mapper: Mapper, instances: Sequence[Any]) -> None:
    """Delete the rows of several instances of one model.

    Raises:
        StaleDataError: A row is gone already, or somebody else changed it.
    """
    version = mapper.version

    def statement() -> Statement:
        condition = key_condition(mapper, with_version=version is not None)
        return Delete(mapper.source.node, condition)

    template = _template(connection, mapper, "delete", statement)
    name = mapper.key_name
    if name is not None and mapper.encoder(name) is None:
        keys: list[tuple[Stored, ...]] = [(item.__dict__.get(name),) for item in instances]
    else:
        keys = [mapper.stored_key(mapper.key_of(instance)) for instance in instances]
    rows = keys
    if version is not None:
        rows = [
            (*key, getattr(instance, version))
            for key, instance in zip(keys, instances, strict=True)
        ]
    written = connection.write(template, rows)
    if written < len(rows):
        raise stale(mapper, still_there(connection, mapper, instances), len(rows) - written)


# --- What several of them need -------------------------------------------------------------


def key_condition(mapper: Mapper, *, with_version: bool = False) -> nodes.Node:
    """Return the condition that a row has a key whose parts are the last parameters.

    Args:
        with_version: And a version, which is the very last parameter.
    """
    columns: list[nodes.Node]
    if mapper.key:
        columns = [mapper.source.c[mapper.by_name[name].column.name].node for name in mapper.key]
    else:
        columns = [mapper.source.rowid.node]
    equal: list[nodes.Node] = [
        nodes.Comparison(node, "=", nodes.Literal(None, RAW)) for node in columns
    ]
    if with_version and mapper.version is not None:
        version = mapper.source.c[mapper.by_name[mapper.version].column.name].node
        # A row from before the column was there has none, which is a version like another.
        equal.append(nodes.Comparison(version, "is", nodes.Literal(None, RAW)))
    return equal[0] if len(equal) == 1 else nodes.And(tuple(equal))


def instance_columns(mapper: Mapper) -> tuple[nodes.Node, ...]:
    """Return what a select must give so that the mapper can make instances of its rows."""
    if mapper.key:
        return mapper.source.column_nodes
    return (*mapper.source.column_nodes, mapper.source.rowid.node)


def _template(
    connection: Connection, mapper: Mapper, what: Any, make: Callable[[], Statement]
) -> Template:
    key = (connection.dialect.name, what)
    template = mapper.templates.get(key)
    if template is None:
        if len(mapper.templates) >= _MAX_TEMPLATES:
            mapper.templates.clear()
        template = compile_statement(make(), connection.dialect).template
        mapper.templates[key] = template
    return template
