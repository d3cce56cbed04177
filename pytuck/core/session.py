"""`Session`: the unit of work and the identity map of the ORM."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Any, Self, TypeVar, overload

from pytuck.backends import Connection, CursorResult, Result
from pytuck.common.exceptions import (
    QueryError,
    ReadOnlyError,
    RecordNotFoundError,
    TransactionError,
)
from pytuck.compiler import Template, compile_statement
from pytuck.core import unit_of_work
from pytuck.core.loading import paused_collector
from pytuck.core.mapping import SESSION, Mapper
from pytuck.core.models import PureBaseModel
from pytuck.core.object_states import IdentityMap, UndoLog
from pytuck.core.relationships import options as loading_options
from pytuck.core.relationships.flushing import RelatedWork, follow_deleted, follow_written
from pytuck.core.storage import Storage
from pytuck.core.unit_of_work import Inserted, Pending
from pytuck.query import Delete, Insert, Select, Statement, Update, nodes

T = TypeVar("T")
M = TypeVar("M", bound=PureBaseModel)


_FEW_ROWS = 100
"""Below this, pausing the collector costs more than it saves."""


class Session:
    """A conversation with a storage about objects.

    Objects read or added here are one for each row. Changes of their attributes are noticed and
    written by `commit()`, or earlier when a statement needs to see them.

    Args:
        storage: The open database.
        autocommit: Commit after each method that writes.
    """

    def __init__(self, storage: Storage, autocommit: bool = False) -> None:
        self.storage = storage
        self.autocommit = autocommit
        self._identity = IdentityMap(self)
        self._pending = Pending()
        self._connection: Connection | None = None
        self._undo = UndoLog()
        self._get_templates: dict[Mapper, Template] = {}
        self.relations = RelatedWork(self, type(self))
        self._is_flushing = False

    # --- Objects ---

    def add(self, instance: PureBaseModel) -> None:
        """Have a new object inserted; one that is loaded already stays as it is.

        Raises:
            QueryError: The object belongs to another session, or is no model instance.
        """
        self._refuse_foreign(instance)
        self._pending.deleted.pop(id(instance), None)
        if SESSION not in instance.__dict__:
            self._pending.new[id(instance)] = instance
        self._autocommit()

    def add_all(self, instances: Iterable[PureBaseModel]) -> None:
        """Have new objects inserted."""
        batch = list(instances)
        for instance in batch:
            self._refuse_foreign(instance)
        new, deleted = self._pending.new, self._pending.deleted
        for instance in batch:
            if deleted:
                deleted.pop(id(instance), None)
            if SESSION not in instance.__dict__:
                new[id(instance)] = instance
        self._autocommit()

    def delete(self, instance: PureBaseModel) -> None:
        """Have an object's row deleted.

        Raises:
            QueryError: The object is not of this session.
        """
        if self._pending.new.pop(id(instance), None) is not None:
            return
        if instance.__dict__.get(SESSION) is not self:
            raise QueryError(f"{instance!r} was not loaded by this session.")
        self._pending.deleted[id(instance)] = instance
        self._autocommit()

    def get(self, model: type[M], pk: object) -> M | None:
        """Return the object with this primary key, or None if there is none.

        Raises:
            QueryError: The model has no primary key.
            ValidationError: `pk` does not fit the key.
        """
        mapper = model.__mapper__
        if not mapper.key:
            raise QueryError(f"{model.__name__} has no primary key to get an object by.")
        if pk is None:
            return None
        key = mapper.convert_key(pk)
        known: M | None = self._identity.of(model).get(key)
        if known is None and self._has_changes:
            self.flush()
            known = self._identity.of(model).get(key)
        if known is not None:
            return None if id(known) in self._pending.deleted else known
        template = self._get_templates.get(mapper) or self._get_template(mapper)
        rows = self._connected().fetch(template.sql, mapper.stored_key(key))
        loaded: list[M] = self._load(mapper, template, rows)
        return loaded[0] if loaded else None

    def refresh(self, instance: PureBaseModel) -> None:
        """Read an object's values again; unsaved changes of it are lost.

        Raises:
            QueryError: The object is not of this session.
            RecordNotFoundError: Its row is gone.
        """
        if instance.__dict__.get(SESSION) is not self:
            raise QueryError(f"{instance!r} was not loaded by this session.")
        mapper = instance.__mapper__
        self._pending.changed.pop(id(instance), None)
        template = self._get_template(mapper)
        key = mapper.key_of(instance)
        rows = self._connected().fetch(template.sql, mapper.stored_key(key))
        if not rows:
            raise RecordNotFoundError(mapper.table, key)
        self._load(mapper, template, rows)

    def bulk_insert(self, instances: Iterable[PureBaseModel]) -> list[Any]:
        """Insert objects at once and return their keys; they do not join the session."""
        batch = list(instances)
        with paused_collector():
            self._insert(self._writing(), batch)
        self._autocommit()
        return [instance.__mapper__.key_of(instance) for instance in batch]

    # --- Statements ---

    @overload
    def execute(self, statement: Select[T]) -> Result[T]: ...
    @overload
    def execute(self, statement: Insert[Any] | Update[Any] | Delete[Any]) -> CursorResult[Any]: ...
    def execute(self, statement: Statement) -> Result[Any]:
        """Run a statement in this session's transaction; pending changes are written first.

        Raises:
            PytuckException: What the database refused.
        """
        if self._has_changes:
            self.flush()
        if isinstance(statement, Select):
            return self._select(statement)
        result = self._write(statement)
        self._autocommit()
        return result

    def scalars(self, statement: Select[T]) -> list[T]:
        """Return the first value of every row, or every instance."""
        return self.execute(statement).scalars()

    def scalar(self, statement: Select[Any]) -> Any:
        """Return the first value of the first row, or None if there is no row."""
        return self.execute(statement).scalar()

    # --- Transactions ---

    @property
    def in_transaction(self) -> bool:
        """Whether something was written and neither committed nor rolled back."""
        return self._connection is not None and self._connection.in_transaction

    def flush(self) -> None:
        """Write pending changes, without committing them.

        Raises:
            PytuckException: The database refused them; nothing of this flush is kept, and the
                changes stay pending.
        """
        if not self._has_changes or self._is_flushing:
            return
        self._is_flushing = True
        try:
            with paused_collector():
                self._flush(self._pending)
        finally:
            self._is_flushing = False

    def commit(self) -> None:
        """Write pending changes and make the transaction durable.

        Raises:
            PytuckException: The database refused it; roll back, or correct and commit again.
        """
        self.flush()
        if self._connection is not None:
            if self._connection.in_transaction:
                self._connection.commit()
            self._release()
        self._undo.forget()

    def rollback(self) -> None:
        """Undo everything since the last commit, in the database and in the objects."""
        self._release()
        pending, self._pending = self._pending, Pending()
        self._undo.restore(self._identity, pending)
        self.relations.forget(self._identity)

    def close(self) -> None:
        """Undo what was not committed and let go of all objects; they stay readable."""
        self.rollback()
        self.relations.close()
        self._identity.clear()

    @contextlib.contextmanager
    def begin(self) -> Iterator[Self]:
        """Commit what is done inside, or undo it on an exception.

        Raises:
            TransactionError: A transaction is open already.
        """
        if self.in_transaction:
            raise TransactionError("The session is in a transaction already; commit it first.")
        try:
            yield self
        except BaseException:
            self.rollback()
            raise
        self.commit()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    # --- What models and relationships tell a session ---

    def note_change(self, instance: Any, name: str, old: object, new: object) -> None:
        """Remember the old value of an attribute that is being set; models call this."""
        if old is new or (type(old) is type(new) and old == new):
            return
        _, before = self._pending.changed.setdefault(id(instance), (instance, {}))
        before.setdefault(name, old)

    def loaded(self, model: type[M], key: Any) -> M | None:
        """Return the object with a key that is in memory, or None; nothing is read."""
        found: M | None = self._identity.of(model).get(key)
        return found

    def all_loaded(self, model: type[M]) -> list[M]:
        """Return the objects of a model that are in memory; nothing is read."""
        return list(self._identity.of(model).values())

    def forget_new(self, instance: PureBaseModel) -> None:
        """Take a new object back that was added and not yet written."""
        self._pending.new.pop(id(instance), None)

    # --- How it is done ---

    @property
    def _has_changes(self) -> bool:
        return bool(self._pending or self.relations)

    def _flush(self, pending: Pending) -> None:
        relations = self.relations
        connection = self._writing()
        with connection.transaction():
            relations.cascade(pending.new, pending.deleted)
            new = list(pending.new.values())
            inserted = self._insert(connection, new)
            unit_of_work.update_all(
                connection,
                [item for key, item in pending.changed.items() if key not in pending.deleted],
            )
            relations.write_associations(new, self._run)
            unit_of_work.delete_all(connection, pending.deleted.values())
        relations.settle(new)
        for group in inserted:
            self._identity.add_inserted(group)
        self._settle(pending)
        for mapper, gone in unit_of_work.by_mapper(pending.deleted.values()):
            follow_deleted(self, mapper, gone)
        for group in inserted:
            follow_written(self, group.mapper, group.instances)

    def _run(self, statement: Statement) -> None:
        connection = self._writing()
        connection.execute(compile_statement(statement, connection.dialect))

    def _select(self, statement: Select[T]) -> Result[T]:
        entity = statement.entity
        if entity is not None and not entity.__mapper__.key:
            columns = unit_of_work.instance_columns(entity.__mapper__)
            statement = replace(statement, columns=columns)
        connection = self._connected()
        compiled = compile_statement(statement, connection.dialect)
        with paused_collector():
            outcome = connection.execute(compiled)
        if entity is None:
            return Result(compiled.template, outcome)
        mapper = entity.__mapper__
        read = partial(self._load, mapper, compiled.template)
        if statement.load_options or mapper.has_eager_relationships:
            read = partial(self._load_with_related, statement, read)
        return Result(compiled.template, outcome, read)

    def _write(self, statement: Insert[Any] | Update[Any] | Delete[Any]) -> CursorResult[Any]:
        entity = statement.entity
        if isinstance(statement, Insert) and entity is not None:
            statement = _with_defaults(statement, entity.__mapper__)
        connection = self._writing()
        compiled = compile_statement(statement, connection.dialect)
        outcome = connection.execute(compiled)
        key: object = None
        if isinstance(statement, Insert):
            key = _inserted_key(statement, outcome.last_row_id)
        elif entity is not None:
            self._reread(entity)
        return CursorResult(compiled.template, outcome, inserted_key=key)

    def _load(self, mapper: Mapper, template: Template, rows: list[Any]) -> list[Any]:
        """Return the objects of rows that hold a model's columns."""
        identity, dirty = self._identity.of(mapper.model), self._pending.changed
        if len(rows) < _FEW_ROWS:
            return mapper.read(template, rows, self, identity, dirty)
        with paused_collector():
            return mapper.read(template, rows, self, identity, dirty)

    def _load_with_related(
        self, statement: Select[Any], read: Callable[[list[Any]], list[Any]], rows: list[Any]
    ) -> list[Any]:
        """Return the objects of rows with the related objects that the statement asks for."""
        instances = read(rows)
        tree = loading_options.load_tree(statement.entity.__mapper__, statement.load_options)
        loading_options.apply(instances, tree, self)
        return instances

    def _reread(self, model: type[PureBaseModel]) -> None:
        """Bring the loaded objects of a model up to date after a bulk statement."""
        identity = self._identity.of(model)
        if not identity:
            return
        mapper = model.__mapper__
        before = {id(item): (item, dict(item.__dict__)) for item in identity.values()}
        condition = mapper.any_of(identity)
        statement: Select[Any] = Select(
            unit_of_work.instance_columns(mapper), mapper.source.node, condition
        )
        connection = self._connected()
        compiled = compile_statement(statement, connection.dialect)
        found = self._load(mapper, compiled.template, connection.execute(compiled).rows)
        for instance, values in before.values():
            for name in mapper.by_name:
                if instance.__dict__.get(name) is not values.get(name):
                    self._undo.note_value(instance, name, values.get(name))
        present = set(map(id, found))
        gone = [instance for instance, _ in before.values() if id(instance) not in present]
        self._undo.note_removed(gone)
        for instance in gone:
            self._identity.evict(instance)
        self.relations.forget_unchanged(self._identity)

    def _get_template(self, mapper: Mapper) -> Template:
        template = self._get_templates.get(mapper)
        if template is None:
            statement: Select[Any] = Select(
                unit_of_work.instance_columns(mapper),
                mapper.source.node,
                unit_of_work.key_condition(mapper),
            )
            template = compile_statement(statement, self.storage.engine.dialect).template
            self._get_templates[mapper] = template
        return template

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = self.storage.engine.acquire()
        return self._connection

    def _writing(self) -> Connection:
        """Return the connection with the write lock taken."""
        connection = self._connected()
        if not connection.in_transaction:
            if self.storage.is_read_only:
                raise ReadOnlyError(
                    f"{self.storage!r} is open for reading only and cannot be changed.",
                    details={"path": str(self.storage.file_path)},
                )
            connection.begin()
        return connection

    def _release(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            self.storage.engine.release(connection)

    def _insert(self, connection: Connection, instances: Iterable[Any]) -> list[Inserted]:
        """Insert objects; on failure the keys given so far are taken away again."""
        done: list[Inserted] = []
        try:
            unit_of_work.insert_all(connection, instances, done, self.relations)
        except BaseException:
            self.relations.empty_filled()
            for group in done:
                group.take_keys()
            raise
        for filled in self.relations.take_filled():
            self._undo.note_value(*filled)
        self._undo.note_inserted(done)
        return done

    def _settle(self, pending: Pending) -> None:
        """Take over what was just written as the present state."""
        for instance, before in pending.changed.values():
            for name, value in before.items():
                self._undo.note_value(instance, name, value)
            if any(name in before for name in instance.__mapper__.key):
                self._identity.rekey({type(instance)})
        for instance in pending.deleted.values():
            self._identity.evict(instance)
        self._undo.note_removed(pending.deleted.values())
        self._pending = Pending()

    def _refuse_foreign(self, instance: Any) -> None:
        if not isinstance(instance, PureBaseModel):
            raise QueryError(f"{instance!r} is no instance of a model.")
        owner = instance.__dict__.get(SESSION)
        if owner is not None and owner is not self:
            raise QueryError(f"{instance!r} belongs to another session; close that one first.")

    def _autocommit(self) -> None:
        if self.autocommit:
            self.commit()


def _with_defaults(statement: Insert[T], mapper: Mapper) -> Insert[T]:
    """Return the insert with the defaults of the model for the columns it does not give."""
    given = {column.name for column in statement.columns}
    missing = [
        attribute
        for attribute in mapper.attributes
        if attribute.column.name not in given and attribute.column.has_default
    ]
    if not missing:
        return statement
    columns = tuple(mapper.source.c[attribute.column.name].node for attribute in missing)
    rows = tuple(
        row
        + tuple(
            attribute.column.type.to_storage(
                attribute.column.convert(attribute.column.resolve_default(), mapper.table)
            )
            for attribute in missing
        )
        for row in (statement.rows or ((),))
    )
    return Insert(
        statement.target,
        statement.columns + tuple(node for node in columns if isinstance(node, nodes.ColumnRef)),
        rows,
        statement.returning_nodes,
        statement.entity,
        statement.table,
    )


def _inserted_key(statement: Insert[Any], last_row_id: int) -> object:
    source = statement.table
    if source is None or source.schema.rowid_alias is not None or not source.schema.primary_key:
        return last_row_id
    positions = {column.name: place for place, column in enumerate(statement.columns)}
    key = source.schema.primary_key
    if not statement.rows or any(name not in positions for name in key):
        return None
    values = tuple(
        source.c[name].type.from_storage(statement.rows[-1][positions[name]]) for name in key
    )
    return values if len(values) > 1 else values[0]
