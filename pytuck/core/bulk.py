"""Many objects of one model at once, past the session's identity map and change tracking."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pytuck.backends import Connection
from pytuck.common.exceptions import RecordNotFoundError, StaleDataError, ValidationError
from pytuck.core.instance_values import SESSION
from pytuck.core.loading import paused_collector
from pytuck.core.mapping import Mapper
from pytuck.core.models import PureBaseModel
from pytuck.core.refused_rows import missing_keys
from pytuck.core.row_writing import (
    delete_group,
    give_keys,
    insert_group,
    update_group,
)
from pytuck.core.unit_of_work import Change, Flushed, Inserted
from pytuck.events import event

if TYPE_CHECKING:
    from pytuck.core.session import Session


def instances_of(given: Any, mappings: Iterable[Mapping[str, Any]] | None = None) -> list[Any]:
    """Return the objects of a bulk operation.

    Raises:
        ValidationError: They are of several models, or no instances of a model.
    """
    if mappings is not None:
        return [given(**values) for values in mappings]
    batch = list(given)
    models = {type(instance) for instance in batch}
    if len(models) > 1:
        names = ", ".join(sorted(model.__name__ for model in models))
        raise ValidationError(f"A bulk operation takes objects of one model, not of {names}.")
    if batch and not isinstance(batch[0], PureBaseModel):
        raise ValidationError(f"{batch[0]!r} is no instance of a model.")
    return batch


def insert(session: Session, batch: list[Any]) -> list[Any]:
    """Insert new objects and return their keys."""
    if not batch:
        return []
    mapper: Mapper = batch[0].__mapper__
    _refuse_added(session, batch)
    session.autoflush_now()
    _tell(session, mapper, "before_bulk_insert", batch)
    group = Inserted(mapper, batch)
    if mapper.version is not None:
        group.versioned = [item for item in batch if item.__dict__.get(mapper.version) is None]
        for instance in group.versioned:
            instance.__dict__[mapper.version] = 1
    try:
        connection = session.state.connection.writing()
        with paused_collector(), connection.transaction():
            give_keys(connection, group, is_alone=True)
            insert_group(connection, group)
            _tell(session, mapper, "after_bulk_insert", batch)
    except BaseException:
        group.take_keys()
        raise
    # Objects may be read of the new rows; a rollback must let go of them.
    session.state.undo.note(Flushed(inserted=[group], tables=(mapper.table,)))
    return list(map(mapper.key_of, batch))


def update(
    session: Session, given: Any, mappings: Iterable[Mapping[str, Any]] | None = None
) -> int:
    """Write values and return how many objects or rows were written.

    Args:
        given: Objects; or a model, with the values by attribute in `mappings`.
    """
    if mappings is not None:
        return _update_from(session, given, mappings)
    return _update_objects(session, instances_of(given))


def _update_objects(session: Session, batch: list[Any]) -> int:
    """Write all values of objects and return how many were written."""
    if not batch:
        return 0
    mapper: Mapper = batch[0].__mapper__
    _require_keys(mapper, batch)
    _tell(session, mapper, "before_bulk_update", batch)
    names = tuple(name for name in mapper.by_name if name not in mapper.key)
    changes: list[Change] = []
    for instance in batch:
        before = {name: getattr(instance, name) for name in names}
        _, pending = session.state.pending.changed.get(id(instance), (None, {}))
        changes.append((instance, {**before, **pending}))
    _write(session, mapper, names, changes)
    return len(batch)


def _update_from(
    session: Session, model: type[PureBaseModel], mappings: Iterable[Mapping[str, Any]]
) -> int:
    """Write values given as dictionaries, each with the key, and return how many rows there were.

    Raises:
        ValidationError: A dictionary lacks the key, or has a name that is no attribute.
    """
    mapper = model.__mapper__
    groups: dict[tuple[str, ...], list[Change]] = {}
    for values in mappings:
        unknown = [name for name in values if name not in mapper.by_name]
        if unknown or not all(name in values for name in mapper.key) or not mapper.key:
            raise ValidationError(
                f"A bulk update of {model.__name__} takes dictionaries with its key "
                f"({', '.join(mapper.key)}) and attributes to change, not {dict(values)!r}.",
                table_name=mapper.table,
            )
        stand_in = model.__new__(model)
        for name, value in values.items():
            converted = mapper.by_name[name].column.convert(value, mapper.table)
            stand_in.__dict__[name] = converted
        names = tuple(name for name in values if name not in mapper.key)
        if mapper.version is not None and mapper.version not in names:
            raise ValidationError(
                f"A bulk update of {model.__name__} needs the version that each row has, as "
                f"'{mapper.version}'.",
                table_name=mapper.table,
            )
        groups.setdefault(names, []).append((stand_in, dict(stand_in.__dict__)))
    connection = session.state.connection.writing()
    with connection.transaction():
        for names, changes in groups.items():
            if names:
                _write(session, mapper, names, changes)
    return sum(map(len, groups.values()))


def delete(session: Session, batch: list[Any]) -> int:
    """Delete the rows of objects and return how many there were."""
    if not batch:
        return 0
    mapper: Mapper = batch[0].__mapper__
    _require_keys(mapper, batch)
    session.autoflush_now()
    _tell(session, mapper, "before_bulk_delete", batch)
    connection = session.state.connection.writing()
    with connection.transaction():
        delete_group(connection, mapper, batch)
        _tell(session, mapper, "after_bulk_delete", batch)
    known = session.state.identity.of(mapper.model)
    gone = [item for item in (known.get(mapper.key_of(one)) for one in batch) if item is not None]
    for instance in gone:
        session.state.pending.changed.pop(id(instance), None)
        session.state.pending.deleted.pop(id(instance), None)
        session.state.identity.evict(instance)
    session.state.undo.note(Flushed(deleted=gone))
    return len(batch)


def _write(session: Session, mapper: Mapper, names: Sequence[str], changes: list[Change]) -> None:
    """Write changes; the session's own objects for these rows follow."""
    connection = session.state.connection.writing()
    _count_versions(mapper, changes, 1)
    batch = [instance for instance, _ in changes]
    try:
        with paused_collector(), connection.transaction():
            _update_rows(connection, mapper, tuple(names), changes)
            _tell(session, mapper, "after_bulk_update", batch)
    except BaseException:
        _count_versions(mapper, changes, -1)
        raise
    known = session.state.identity.of(mapper.model)
    for instance, _ in changes:
        own = known.get(mapper.key_of(instance))
        if own is instance:
            session.state.pending.changed.pop(id(instance), None)
        elif own is not None:
            session.forget(own, [name for name in names if name not in mapper.key])
    own_changes = [(one, old) for one, old in changes if one.__dict__.get(SESSION) is session]
    session.state.undo.note(Flushed(changed=own_changes, tables=(mapper.table,)))


def _update_rows(
    connection: Connection, mapper: Mapper, names: tuple[str, ...], changes: list[Change]
) -> None:
    try:
        update_group(connection, mapper, names, changes)
    except StaleDataError as err:
        keys = [mapper.key_of(instance) for instance, _ in changes]
        missing = missing_keys(connection, mapper, keys)
        if missing:
            raise RecordNotFoundError(mapper.table, missing[0]) from err
        raise


def _count_versions(mapper: Mapper, changes: list[Change], step: int) -> None:
    if mapper.version is not None:
        for instance, _ in changes:
            instance.__dict__[mapper.version] = (instance.__dict__[mapper.version] or 0) + step


def _require_keys(mapper: Mapper, batch: Sequence[Any]) -> None:
    for instance in batch:
        key = mapper.key_of(instance)
        if None in (key if isinstance(key, tuple) else (key,)):
            raise ValidationError(
                f"A {mapper.model.__name__} without a key has no row to write to or delete.",
                table_name=mapper.table,
            )


def _refuse_added(session: Session, batch: Sequence[Any]) -> None:
    new = session.state.pending.new
    twice = next((instance for instance in batch if id(instance) in new), None) if new else None
    if twice is not None:
        raise ValidationError(
            f"{twice!r} was added to the session, whose flush inserts it; it cannot be inserted "
            "a second time in bulk.",
            table_name=twice.__mapper__.table,
        )


def _tell(session: Session, mapper: Mapper, name: str, batch: list[Any]) -> None:
    for listener in event.of_class(mapper.model, name):
        listener(batch, session)
