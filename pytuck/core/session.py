"""`Session`: the unit of work and the identity map of the ORM."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from functools import partial
from types import TracebackType
from typing import Any, ClassVar, Self, TypeVar, overload

from pytuck.backends import Connection, CursorResult, Result
from pytuck.backends.results import Outcome
from pytuck.common.exceptions import (
    QueryError,
    ReadOnlyError,
    RecordNotFoundError,
    TransactionError,
)
from pytuck.compiler import Compiled, Template, compile_statement
from pytuck.core import bulk
from pytuck.core.answers import PartReader
from pytuck.core.flush import Flush
from pytuck.core.instance_values import (
    ADDED_TO,
    DETACHED,
    SESSION,
    as_read,
    current_value,
    drop_values,
)
from pytuck.core.loading import paused_collector
from pytuck.core.mapping import Mapper
from pytuck.core.merging import Merge
from pytuck.core.model_defaults import inserted_key, with_defaults, with_onupdate
from pytuck.core.models import PureBaseModel
from pytuck.core.object_states import IdentityMap, UndoLog
from pytuck.core.queries import Query
from pytuck.core.relationships import options as loading_options
from pytuck.core.relationships.deleting import untie_new
from pytuck.core.relationships.joined import JoinedQuestion, with_joins
from pytuck.core.relationships.related_work import RelatedChanges, RelatedWork
from pytuck.core.row_writing import instance_columns, key_condition
from pytuck.core.storage import Storage
from pytuck.core.streaming import Stream
from pytuck.core.transactions import NestedTransaction, SessionTransaction
from pytuck.core.unit_of_work import Flushed, Pending
from pytuck.events import event
from pytuck.query import Compound, Delete, Insert, Select, Statement, Update, select
from pytuck.schema import MISSING
from pytuck.types import ColumnType
from pytuck.types.tracked import untracked

T = TypeVar("T")
M = TypeVar("M", bound=PureBaseModel)

_FEW_ROWS = 100
"""Below this, pausing the collector costs more than it saves."""

_MOST_FLUSHES = 100
"""Flushes of one commit; if listeners still add changes then, they will for ever."""


class Session:
    """A conversation with a storage about objects.

    Objects read or added here are one for each row. Changes of their attributes are noticed and
    written by `commit()`, or earlier when a statement needs to see them. As a context manager it
    commits at the end, or rolls back on an exception, and closes. Inside of
    `storage.transaction()` it takes part in that one: its commit is final when that is.

    Args:
        storage: The open database.
        autocommit: Commit after each method that writes.
        autoflush: Write pending changes before each statement, so that it sees them.

    Attributes:
        info: A place for whatever belongs to the session; it is not looked at.
        relations: The relationships of its objects; models and lists report to it.
    """

    __event_family__: ClassVar[str] = "session"

    def __init__(
        self, storage: Storage, autocommit: bool = False, *, autoflush: bool = True
    ) -> None:
        self.storage = storage
        self.autocommit = autocommit
        self.autoflush = autoflush
        self.info: dict[Any, Any] = {}
        self._identity = IdentityMap(self)
        self._pending = Pending()
        self._flushing: Pending | None = None
        self._connection: Connection | None = None
        self._undo = UndoLog()
        self._joined: int | None = None
        self._begun: SessionTransaction[Any] | None = None
        self._nested: list[NestedTransaction[Any]] = []
        self._cursors: list[Generator[Any, None, None]] = []
        self._get_templates: dict[Mapper, Template] = {}
        self.relations = RelatedWork(self, type(self))

    # --- Objects ---

    def add(self, instance: PureBaseModel) -> None:
        """Have a new object inserted; one that is loaded already stays as it is.

        An object of a session that was closed becomes one of this session, and all its values
        are written, since nobody watched it meanwhile.

        Raises:
            QueryError: The object belongs to another session, or is no model instance.
        """
        self._refuse_foreign(instance)
        self._add(instance)
        self._autocommit()

    def add_all(self, instances: Iterable[PureBaseModel]) -> None:
        """Have new objects inserted."""
        batch = list(instances)
        for instance in batch:
            self._refuse_foreign(instance)
        for instance in batch:
            self._add(instance)
        self._autocommit()

    def delete(self, instance: PureBaseModel) -> None:
        """Have an object's row deleted.

        Raises:
            QueryError: The object is not of this session.
        """
        if id(instance) in self._pending.new:
            self.forget_new(instance)
            return
        self._require_own(instance)
        self._pending.deleted[id(instance)] = instance
        self._autocommit()

    def get(self, model: type[M], pk: object) -> M | None:
        """Return the object with this primary key, or None if there is none.

        Args:
            pk: The value of the key; a tuple for a key of several columns.

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
            self._autoflush()
            known = self._identity.of(model).get(key)
        if known is not None:
            return known if self._is_there(known, mapper) else None
        template = self._get_templates.get(mapper) or self._get_template(mapper)
        rows = self._connected().fetch(template.sql, mapper.stored_key(key))
        loaded: list[M] = self._load(mapper, template, rows)
        return loaded[0] if loaded else None

    def merge(self, instance: M, *, load: bool = True) -> M:
        """Return this session's object for the row of an object from elsewhere, with its values.

        Where there is no such row yet, the object itself becomes new in this session; or a copy
        of it, if it belongs to another session. Related objects in memory are merged along where
        the relationship's cascade has `merge`, as it has if nothing is said.

        Args:
            load: Read the row first. If false, the values are taken for what is stored.

        Raises:
            StaleDataError: The row has another version than the object.
            QueryError: `load` is false, and the object has unsaved changes or no key.
        """
        merged = Merge(self, load=load).merge(instance)
        self._autocommit()
        return merged

    def refresh(
        self, instance: PureBaseModel, attribute_names: Iterable[str] | None = None
    ) -> None:
        """Read an object's values again; unsaved changes of them are lost.

        Args:
            attribute_names: Only these attributes and relationships.

        Raises:
            QueryError: The object is not of this session, or has no such attribute.
            RecordNotFoundError: Its row is gone.
        """
        self._require_own(instance)
        names = _names_of(instance, attribute_names)
        fresh = self._fetch(instance)
        along = self._along(instance, "refresh-expire", names)
        for item, new in [(instance, fresh), *((item, self._fetch(item)) for item in along)]:
            self._forget(item, names if item is instance else _names_of(item, None))
            _fill_in(item, new)

    def expire(self, instance: PureBaseModel, names: Iterable[str] | None = None) -> None:
        """Forget an object's values; the next look at one of them reads the row again.

        Unsaved changes of them are lost. The primary key is kept. Related objects that are
        loaded are expired, too, where the relationship's cascade has `refresh-expire`.

        Args:
            names: Only these attributes and relationships.

        Raises:
            QueryError: The object is not of this session, or has no such attribute.
        """
        self._require_own(instance)
        wanted = _names_of(instance, names)
        along = self._along(instance, "refresh-expire", wanted)
        self._forget(instance, wanted)
        for item in along:
            self._forget(item, _names_of(item, None))

    def expire_all(self) -> None:
        """Forget the values of all objects; the next look at an object reads its row again."""
        for instance in self._identity:
            self._forget(instance, _names_of(instance, None))

    def expunge(self, instance: PureBaseModel) -> None:
        """Let go of an object; it stays readable, and its changes are not written.

        Related objects in memory go along where the relationship's cascade has `expunge`.

        Raises:
            QueryError: The object is not of this session.
        """
        if instance not in self:
            self._require_own(instance)
        for item in self.relations.along(instance, "expunge"):
            if item in self:
                self._expunge(item)

    def _expunge(self, instance: Any) -> None:
        if id(instance) in self._pending.new:
            self._drop_new(instance)
            return
        _, before = self._pending.changed.pop(id(instance), (None, {}))
        self._pending.deleted.pop(id(instance), None)
        mapper = instance.__mapper__
        self._identity.take_out(instance, mapper.key_before(instance, before))
        self._identity.detach(instance)

    def expunge_all(self) -> None:
        """Let go of all objects; what is not written yet never will be."""
        self._drop_pending()
        self._identity.clear()

    def mark_changed(self, instance: PureBaseModel, name: str) -> None:
        """Have an attribute written by the next flush, whether or not it was changed.

        Raises:
            QueryError: The object is not of this session, or has no such attribute.
        """
        self._require_own(instance)
        if name not in instance.__mapper__.by_name:
            raise QueryError(f"{type(instance).__name__} has no attribute {name}.")
        _, before = self._pending.changed.setdefault(id(instance), (instance, {}))
        getattr(instance, name)
        before.setdefault(name, current_value(instance, name))

    # --- Many at once ---

    @overload
    def bulk_insert(self, instances: Iterable[PureBaseModel]) -> list[Any]: ...
    @overload
    def bulk_insert(
        self, instances: type[PureBaseModel], mappings: Iterable[Mapping[str, Any]]
    ) -> list[Any]: ...
    def bulk_insert(self, instances: Any, mappings: Any = None) -> list[Any]:
        """Insert objects of one model at once and return their keys; they do not join the session.

        Args:
            instances: The objects; or a model class, with its values as dictionaries by
                attribute names in `mappings`.

        Raises:
            ValidationError: The objects are of several models, or a value does not fit.
            DuplicateKeyError: A row with this key exists; none is inserted then.
        """
        keys = bulk.insert(self, bulk.instances_of(instances, mappings))
        self._autocommit()
        return keys

    @overload
    def bulk_update(self, instances: Iterable[PureBaseModel]) -> int: ...
    @overload
    def bulk_update(
        self, instances: type[PureBaseModel], mappings: Iterable[Mapping[str, Any]]
    ) -> int: ...
    def bulk_update(self, instances: Any, mappings: Any = None) -> int:
        """Write all values of objects of one model at once and return how many were written.

        Args:
            instances: The objects; or a model class, with the key and the values to change as
                dictionaries by attribute names in `mappings`.

        Raises:
            ValidationError: The objects are of several models, or have no key.
            RecordNotFoundError: A row does not exist; none is written then.
        """
        if mappings is not None:
            count = bulk.update_from(self, instances, mappings)
        else:
            count = bulk.update(self, bulk.instances_of(instances))
        self._autocommit()
        return count

    def bulk_delete(self, instances: Iterable[PureBaseModel]) -> int:
        """Delete the rows of objects of one model at once and return how many there were.

        Raises:
            ValidationError: The objects are of several models, or have no key.
            StaleDataError: A row does not exist; none is deleted then.
        """
        count = bulk.delete(self, bulk.instances_of(instances))
        self._autocommit()
        return count

    # --- Statements ---

    @overload
    def execute(self, statement: Select[T] | Compound[T]) -> Result[T]: ...
    @overload
    def execute(self, statement: Insert[Any] | Update[Any] | Delete[Any]) -> CursorResult[Any]: ...
    def execute(self, statement: Statement) -> Result[Any]:
        """Run a statement in this session's transaction; pending changes are written first.

        Raises:
            PytuckException: What the database refused.
        """
        if self._has_changes:
            self._autoflush()
        if isinstance(statement, (Select, Compound)):
            return self._ask(statement)
        result = self._write(statement)
        self._autocommit()
        return result

    @overload
    def scalars(self, statement: Select[tuple[T]]) -> list[T]: ...
    @overload
    def scalars(self, statement: Select[T] | Compound[T]) -> list[T]: ...
    @overload
    def scalars(self, statement: Statement) -> list[Any]: ...
    def scalars(self, statement: Any) -> list[Any]:
        """Return the first value of every row, or every instance."""
        found: list[Any] = self.execute(statement).scalars()
        return found

    def scalar(self, statement: Statement) -> Any:
        """Return the first value of the first row, or None if there is no row."""
        return self.execute(statement).scalar()

    def stream(self, statement: Select[T] | Compound[T]) -> Stream[T]:
        """Return the answer to a question to be read batch by batch, in little memory.

        Nothing is read before it is iterated over. See `Stream`.
        """
        return Stream(partial(self._open_batches, statement))

    @overload
    def query(self, entity: type[T], /) -> Query[T]: ...
    @overload
    def query(self, *entities: Any) -> Query[Any]: ...
    def query(self, *entities: Any) -> Query[Any]:
        """Return a query for models, columns and expressions, to be narrowed and asked.

        `session.query(User).filter(User.age > 30).order_by("name").all()` is
        `session.execute(select(User).where(User.age > 30).order_by("name")).all()`.
        """
        return Query(self, select(*entities))

    # --- What is in the session ---

    @property
    def new(self) -> list[Any]:
        """Objects to be inserted."""
        flushing = self._flushing.new if self._flushing is not None else {}
        return list({**flushing, **self._pending.new}.values())

    @property
    def dirty(self) -> list[Any]:
        """Objects with changes to be written."""
        flushing = self._flushing.changed if self._flushing is not None else {}
        return [instance for instance, _ in {**flushing, **self._pending.changed}.values()]

    @property
    def deleted(self) -> list[Any]:
        """Objects whose rows are to be deleted."""
        flushing = self._flushing.deleted if self._flushing is not None else {}
        return list({**flushing, **self._pending.deleted}.values())

    def is_modified(self, instance: PureBaseModel) -> bool:
        """Return whether an object has changes, or values, to be written."""
        return id(instance) in self._pending.changed or id(instance) in self._pending.new

    def __contains__(self, instance: object) -> bool:
        return vars(instance).get(SESSION) is self or id(instance) in self._pending.new

    def __iter__(self) -> Iterator[Any]:
        yield from list(self._pending.new.values())
        yield from self._identity

    # --- Transactions ---

    @property
    def _has_changes(self) -> bool:
        return bool(self._pending or self.relations)

    @property
    def in_transaction(self) -> bool:
        """Whether something was written and neither committed nor rolled back."""
        return self._connection is not None and self._connection.in_transaction

    @property
    @contextlib.contextmanager
    def no_autoflush(self) -> Iterator[Self]:
        """A context manager inside which statements do not write pending changes first."""
        before, self.autoflush = self.autoflush, False
        try:
            yield self
        finally:
            self.autoflush = before

    def flush(self) -> None:
        """Write pending changes, without committing them.

        Raises:
            TransactionError: A listener called it while the session is being flushed.
            PytuckException: The database refused them; nothing of this flush is kept, and the
                changes stay pending.
        """
        self._refuse_inside_flush("flush")
        if not self._has_changes:
            return
        connection = self._connected()
        savepoint = connection.set_savepoint() if connection.in_transaction else None
        try:
            if savepoint is None:
                self._writing()
            self._flush(connection)
        except BaseException:
            self._undo_to(savepoint)
            raise
        if savepoint is not None:
            connection.release_savepoint(savepoint)

    def commit(self) -> None:
        """Write pending changes and make the transaction durable.

        Raises:
            PytuckException: The database refused it; roll back, or correct and commit again.
        """
        self._refuse_inside_flush("commit")
        event.tell(self, "before_commit")
        self._flush_all()
        connection = self._connection
        if connection is not None:
            if self._joined is not None:
                connection.release_savepoint(self._joined)
                self._connection = self._joined = None
            elif connection.in_transaction:
                self._commit(connection)
            self._release()
        self._undo.forget()
        self._end_transactions()
        event.tell(self, "after_commit")

    def rollback(self) -> None:
        """Undo everything since the last commit, in the database and in the objects."""
        self._refuse_inside_flush("rollback")
        event.tell(self, "before_rollback")
        self._undo_all()
        event.tell(self, "after_rollback")

    def close(self) -> None:
        """Undo what was not committed and let go of all objects; they stay readable."""
        if self._has_changes or self.in_transaction:
            self.rollback()
        self._release()
        self.relations.close()
        self._end_transactions()
        self._identity.clear()

    def begin(self) -> SessionTransaction[Self]:
        """Return a context manager that commits what is done inside, or undoes it on an exception.

        Raises:
            TransactionError: A transaction is open already.
        """
        if self._begun is not None or self.in_transaction:
            raise TransactionError("The session is in a transaction already; commit it first.")
        self._begun = SessionTransaction(self)
        return self._begun

    def begin_nested(self) -> NestedTransaction[Self]:
        """Begin a part of the transaction that can be undone by itself: a savepoint.

        Pending changes are written first, so that they are not among what it undoes.
        """
        self._refuse_inside_flush("begin_nested")
        self.flush()
        nested = NestedTransaction(self, self._writing().set_savepoint(), len(self._undo))
        self._nested.append(nested)
        return nested

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                self.commit()
        finally:
            self.close()

    # --- What models and relationships tell a session ---

    def loaded(self, model: type[M], key: Any) -> M | None:
        """Return the object with a key that is in memory, or None; nothing is read."""
        found: M | None = self._identity.of(model).get(key)
        return found

    def all_loaded(self, model: type[M]) -> list[M]:
        """Return the objects of a model that are in memory, new ones too; nothing is read."""
        new = [instance for instance in self._pending.new.values() if type(instance) is model]
        return self._identity.instances_of(model) + new

    def make_pending(self, instance: PureBaseModel) -> None:
        """Have an object inserted that comes along with another.

        One that has a row already belongs to the session from now on; nothing of it is written.
        """
        if DETACHED in instance.__dict__:
            self._attach(instance)
            return
        self._pending.new[id(instance)] = instance
        instance.__dict__[ADDED_TO] = self

    def forget_new(self, instance: PureBaseModel) -> None:
        """Take a new object back that was added and not yet written."""
        self._drop_new(instance)
        untie_new(self, instance)

    # --- How objects come in and change ---

    def _add(self, instance: Any) -> None:
        """Make an instance pending; it is of no other session."""
        pending, values = self._pending, instance.__dict__
        if pending.deleted:
            pending.deleted.pop(id(instance), None)
        if SESSION in values:
            return
        if DETACHED in values:
            self._attach(instance)
            self._write_all(instance)
        else:
            pending.new[id(instance)] = instance
            if instance.__mapper__.relationships:
                values[ADDED_TO] = self
        if instance.__mapper__.relationships:
            self.relations.added(instance)

    def _attach(self, instance: Any) -> None:
        """Take over an object of a session that is closed."""
        mapper = instance.__mapper__
        key = mapper.key_of(instance)
        if self._identity.of(mapper.model).get(key) is not None:
            raise QueryError(
                f"{instance!r} cannot be added: the session has another object for its row. "
                "Use merge()."
            )
        self._identity.add(instance)

    def _write_all(self, instance: Any) -> None:
        """Have all values of an object written, since nobody watched it meanwhile."""
        mapper = instance.__mapper__
        present = {
            name: value
            for name in mapper.by_name
            if name not in mapper.key and (value := current_value(instance, name)) is not MISSING
        }
        if present:
            self._pending.changed[id(instance)] = (instance, present)

    def note_change(self, instance: Any, name: str, new: Any) -> None:
        """Remember the old value of an attribute that is being set; models call this."""
        mapper, changed = instance.__mapper__, self._pending.changed
        values = instance.__dict__
        kind = mapper.by_name[name].column.type
        if name in mapper.containers:
            old, new = current_value(instance, name), untracked(new)
        else:
            old = values.get(name, MISSING)
        known = changed.get(id(instance))
        if known is None:
            if not _are_same(kind, old, new):
                changed[id(instance)] = (instance, {name: old})
            return
        before = known[1]
        if name not in before:
            if not _are_same(kind, old, new):
                before[name] = old
        elif _are_same(kind, before[name], new):
            del before[name]
            if not before:
                del changed[id(instance)]

    def note_change_in_place(self, instance: Any, name: str, value: Any) -> None:
        """Remember a list or dictionary that is about to be changed; it calls this itself."""
        _, before = self._pending.changed.setdefault(id(instance), (instance, {}))
        if name not in before:
            before[name] = untracked(value)

    def _forget(self, instance: Any, names: Iterable[str]) -> None:
        """Expire attributes, and with them their unsaved changes."""
        key = instance.__mapper__.key
        changed = self._pending.changed.get(id(instance))
        if changed is not None:
            for name in names:
                old = changed[1].pop(name, MISSING)
                if name in key and old is not MISSING:
                    instance.__dict__[name] = old
            if not changed[1]:
                del self._pending.changed[id(instance)]
        drop_values(instance, [name for name in names if name not in key])
        self.relations.forget_one(instance, names)

    def _along(self, instance: Any, cascade: str, names: list[str]) -> list[Any]:
        """Return the objects of this session that a cascade reaches, but for the first."""
        if not instance.__mapper__.relationships.keys() & set(names):
            return []
        found = self.relations.along(instance, cascade)[1:]
        return [item for item in found if item.__dict__.get(SESSION) is self]

    def _is_there(self, known: Any, mapper: Mapper) -> bool:
        """Return whether an object the session knows has a row still, as far as it can tell."""
        if id(known) in self._pending.deleted:
            return False
        if len(known.__dict__) > len(mapper.by_name):
            return True
        try:
            self._load_expired(known)
        except RecordNotFoundError:
            self._identity.evict(known)
            return False
        return True

    def _load_expired(self, instance: Any) -> None:
        """Read the attributes that an instance has not at hand."""
        _fill_in(instance, self._fetch(instance))

    def _fetch(self, instance: Any) -> Any:
        """Return a copy of an instance, of no session, as its row is now."""
        mapper = instance.__mapper__
        _, before = self._pending.changed.get(id(instance), (None, {}))
        key = mapper.key_before(instance, before)
        template = self._get_template(mapper)
        rows = self._connected().fetch(template.sql, mapper.stored_key(key))
        if not rows:
            raise RecordNotFoundError(mapper.table, key)
        return mapper.read(template, rows, None, {}, ())[0]

    def _require_own(self, instance: Any) -> None:
        if not isinstance(instance, PureBaseModel) or instance.__dict__.get(SESSION) is not self:
            raise QueryError(f"{instance!r} was not loaded by this session.")

    def _refuse_foreign(self, instance: Any) -> None:
        if not isinstance(instance, PureBaseModel):
            raise QueryError(f"{instance!r} is no instance of a model.")
        owner = instance.__dict__.get(SESSION)
        if owner is not None and owner is not self:
            raise QueryError(f"{instance!r} belongs to another session; close that one first.")

    def _drop_new(self, instance: Any) -> None:
        self._pending.new.pop(id(instance), None)
        instance.__dict__.pop(ADDED_TO, None)

    def _drop_pending(self) -> Pending:
        """Return what was pending, and have nothing pending any more."""
        pending, self._pending = self._pending, Pending()
        for instance in pending.new.values():
            instance.__dict__.pop(ADDED_TO, None)
        return pending

    # --- How statements are run ---

    def _ask(self, statement: Select[T] | Compound[T]) -> Result[T]:
        connection = self._connected()
        compiled, read = self._prepared(statement, connection)
        with paused_collector():
            outcome = connection.execute(compiled)
        return Result(compiled.template, outcome, read)

    def _prepared(
        self,
        statement: Select[Any] | Compound[Any],
        connection: Connection,
        *,
        is_whole: bool = True,
    ) -> tuple[Compiled, Callable[[list[Any]], list[Any]] | None]:
        """Return a question as the engine runs it, and what turns stored rows into objects.

        Args:
            is_whole: The answer is read at once, so that rows joined to one object are together.
        """
        entity = statement.entity
        if entity is None:
            compiled = compile_statement(statement, connection.dialect)
            return compiled, self._part_reader(statement.entities, compiled.template)
        mapper = entity.__mapper__
        if statement.load_options or mapper.has_eager_relationships:
            tree = loading_options.load_tree(mapper, statement.load_options)
            return self._prepared_with_related(statement, tree, connection, is_whole=is_whole)
        compiled = compile_statement(statement, connection.dialect)
        return compiled, partial(self._load, mapper, compiled.template)

    def _prepared_with_related(
        self,
        statement: Select[Any] | Compound[Any],
        tree: loading_options.LoadTree,
        connection: Connection,
        *,
        is_whole: bool,
    ) -> tuple[Compiled, Callable[[list[Any]], list[Any]]]:
        joined = None
        if is_whole and isinstance(statement, Select):
            joined = with_joins(statement, tree)
        if joined is None:
            compiled = compile_statement(statement, connection.dialect)
            read = partial(self._load, tree.mapper, compiled.template)
        else:
            compiled = compile_statement(joined.statement, connection.dialect)
            parts = PartReader(joined.statement.entities, compiled.template, self._load)
            read = partial(_read_joined, joined, parts)

        def with_related(rows: list[Any]) -> list[Any]:
            instances = read(rows)
            loading_options.apply(instances, tree, self)
            return instances

        return compiled, with_related

    def _part_reader(
        self, entities: Sequence[Any], template: Template
    ) -> Callable[[list[Any]], list[Any]] | None:
        return PartReader(entities, template, self._load) if any(entities) else None

    def _open_batches(
        self, statement: Select[Any] | Compound[Any], size: int
    ) -> Generator[list[Any], None, None]:
        """Give the answer to a question in batches; see `Stream`."""
        if self._has_changes:
            self._autoflush()
        is_own = self.in_transaction
        connection = self._connected() if is_own else self.storage.engine.open_reader()
        compiled, read = self._prepared(statement, connection, is_whole=False)
        cursor = connection.batches(compiled, size)
        if is_own:
            self._cursors.append(cursor)
        try:
            for rows in cursor:
                if read is None:
                    yield Result[Any](compiled.template, Outcome(rows, len(rows), 0)).all()
                    continue
                with self._identity.weakly():
                    loaded = read(rows)
                yield loaded
                del loaded
            if is_own and cursor not in self._cursors:
                raise TransactionError(
                    "The transaction in which the stream was read has ended. Read it to its end "
                    "before committing, or begin it after a commit."
                )
        finally:
            cursor.close()
            if not is_own:
                connection.close()
            elif cursor in self._cursors:
                self._cursors.remove(cursor)

    def _write(self, statement: Insert[Any] | Update[Any] | Delete[Any]) -> CursorResult[Any]:
        entity = statement.entity
        if entity is not None and isinstance(statement, Insert):
            statement = with_defaults(statement, entity.__mapper__)
        elif entity is not None and isinstance(statement, Update):
            statement = with_onupdate(statement, entity.__mapper__)
        connection = self._writing()
        compiled = compile_statement(statement, connection.dialect)
        outcome = connection.execute(compiled)
        table = statement.target.name
        self._undo.note(Flushed(tables=(table,)))
        key: object = None
        if isinstance(statement, Insert):
            key = inserted_key(statement, outcome.last_row_id)
        if not isinstance(statement, Insert) or statement.conflict is not None:
            self._reread(table)
        read = self._part_reader(statement.entities, compiled.template)
        return CursorResult(compiled.template, outcome, read, inserted_key=key)

    def _load(self, mapper: Mapper, template: Template, rows: list[Any]) -> list[Any]:
        """Return the objects of rows that hold a model's columns."""
        identity, dirty = self._identity.of(mapper.model), self._pending.changed
        if len(rows) < _FEW_ROWS:
            return mapper.read(template, rows, self, identity, dirty)
        with paused_collector():
            return mapper.read(template, rows, self, identity, dirty)

    def _reread(self, table: str) -> None:
        """Bring the loaded objects of a table up to date after a statement changed it."""
        for model in self._identity.models_of(table):
            mapper = model.__mapper__  # type: ignore[attr-defined]
            instances = self._identity.instances_of(model)
            found = self._read_again(mapper, [mapper.key_of(item) for item in instances])
            gone = [item for item in instances if id(item) not in found]
            for instance in gone:
                self._identity.evict(instance)
            if gone:
                self._undo.note(Flushed(deleted=gone))
        self.relations.forget_unchanged(self._identity)

    def _read_again(self, mapper: Mapper, keys: Sequence[Any]) -> set[int]:
        """Read the rows with these keys into their objects; return the objects' `id`s."""
        statement: Select[Any] = Select(
            instance_columns(mapper), mapper.source.node, mapper.any_of(keys)
        )
        connection = self._connected()
        compiled = compile_statement(statement, connection.dialect)
        rows = connection.execute(compiled).rows
        return set(map(id, self._load(mapper, compiled.template, rows)))

    def _get_template(self, mapper: Mapper) -> Template:
        template = self._get_templates.get(mapper)
        if template is None:
            statement: Select[Any] = Select(
                instance_columns(mapper), mapper.source.node, key_condition(mapper)
            )
            template = compile_statement(statement, self.storage.engine.dialect).template
            self._get_templates[mapper] = template
        return template

    # --- How a transaction begins, goes on and ends ---

    def _connected(self) -> Connection:
        inside = self.storage.transaction_connection
        if self._joined is not None and inside is not self._connection:
            self._connection = self._joined = None  # that transaction has ended
        if self._connection is None and inside is not None:
            self._connection, self._joined = inside, inside.set_savepoint()
        elif self._connection is None:
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

    def _autoflush(self) -> None:
        if self.autoflush and self._flushing is None:
            self.flush()

    def _autocommit(self) -> None:
        if self.autocommit and self._flushing is None:
            self.commit()

    def _flush_all(self) -> None:
        """Flush until listeners add nothing more."""
        for _ in range(_MOST_FLUSHES):
            if not self._has_changes:
                return
            self.flush()
        raise TransactionError(
            f"After {_MOST_FLUSHES} flushes there are still changes to write: a listener makes "
            "a new one each time it is told."
        )

    def _flush(self, connection: Connection) -> None:
        """Write what is pending inside the open transaction."""
        self._flushing = self._pending
        pending, changes = Pending(), RelatedChanges()
        try:
            event.tell(self, "before_flush")
            self.relations.cascade(self._pending.new, self._pending.deleted)
            pending, self._pending = self._pending, Pending()
            changes, self.relations.changes = self.relations.changes, RelatedChanges()
            self._flushing = pending
            flush = Flush(self, connection, changes, self._pending)
            with paused_collector():
                flush.write(pending)
            try:
                event.tell(self, "after_flush")
            except BaseException:
                flush.take_back()
                raise
        except BaseException:
            self._put_back(pending, changes)
            raise
        finally:
            self._flushing = None
        self._undo.note(flush.flushed)

    def _put_back(self, pending: Pending, changes: RelatedChanges) -> None:
        """Have everything pending again after a flush that failed."""
        for instance in pending.new.values():
            if instance.__mapper__.relationships:
                instance.__dict__[ADDED_TO] = self
        self._pending.put_back(pending)
        self.relations.changes.put_back(changes)

    def _undo_to(self, savepoint: int | None) -> None:
        """Undo the database's part of a flush that failed."""
        connection = self._connected()
        if savepoint is None:
            connection.rollback()
        elif connection.in_transaction:
            connection.undo_to_savepoint(savepoint)
        else:  # a full disk ends the whole transaction
            self._undo.restore(self._identity, Pending())
            self._end_transactions()

    def _commit(self, connection: Connection) -> None:
        """Commit; if the database refuses, its transaction is gone and the objects follow."""
        event.tell(self.storage, "before_save")
        self._interrupt_streams()
        try:
            connection.commit()
        except BaseException:
            self._undo_all()
            raise
        event.tell(self.storage, "after_save")

    def _undo_all(self) -> None:
        self._interrupt_streams()
        self._release()
        self._end_transactions()
        pending = self._drop_pending()
        tables = self._undo.restore(self._identity, pending)
        self.relations.forget(self._identity)
        for table in tables:
            self._reread_after_rollback(table)

    def _reread_after_rollback(self, table: str) -> None:
        """Forget what was loaded from rows that a statement had changed."""
        position = len(self._undo)
        self._reread(table)
        self._undo.cut(position)

    def _end_nested(self, nested: NestedTransaction[Any], *, keep: bool) -> None:
        """Keep or undo what was done since a savepoint."""
        self._refuse_inside_flush("commit" if keep else "rollback")
        if keep:
            self.flush()
        connection = self._connected()
        position = self._nested.index(nested)
        for inner in self._nested[position:]:
            inner.is_active = False
        del self._nested[position:]
        if keep:
            connection.release_savepoint(nested.savepoint)
            return
        self._interrupt_streams()
        connection.undo_to_savepoint(nested.savepoint)
        pending = self._drop_pending()
        tables = self._undo.restore(self._identity, pending, nested.position)
        self.relations.forget(self._identity)
        for table in tables:
            self._reread_after_rollback(table)

    def _end_transactions(self) -> None:
        for transaction in self._nested:
            transaction.is_active = False
        self._nested.clear()
        if self._begun is not None:
            self._begun.is_active = False
            self._begun = None

    def _interrupt_streams(self) -> None:
        """Close the cursors of this transaction; streams that go on reading say why they end."""
        cursors, self._cursors = self._cursors, []
        for cursor in cursors:
            cursor.close()

    def _release(self) -> None:
        connection, self._connection = self._connection, None
        savepoint, self._joined = self._joined, None
        if connection is None:
            return
        if savepoint is None:
            self.storage.engine.release(connection)
        elif self.storage.transaction_connection is connection:
            connection.undo_to_savepoint(savepoint)

    def _refuse_inside_flush(self, what: str) -> None:
        if self._flushing is not None:
            raise TransactionError(
                f"{what}() was called by a listener while the session is being flushed. "
                "What it adds or changes is written by the next flush."
            )


def _names_of(instance: Any, names: Iterable[str] | None) -> list[str]:
    """Return the names of an instance's attributes and relationships, all or those asked for."""
    mapper = instance.__mapper__
    known = {**mapper.by_name, **mapper.relationships}
    wanted = list(known) if names is None else list(names)
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise QueryError(f"{type(instance).__name__} has no attribute {', '.join(unknown)}.")
    return wanted


def _read_joined(joined: JoinedQuestion, parts: PartReader, rows: list[Any]) -> list[Any]:
    return joined.read(parts(rows))


def _fill_in(instance: Any, fresh: Any) -> None:
    """Give an instance the values it has not at hand, from a copy just read."""
    values, new = instance.__dict__, fresh.__dict__
    for name in instance.__mapper__.by_name:
        entry = as_read(name)
        if name not in values and entry not in values:
            entry = name if name in new else entry
            values[entry] = new[entry]


def _are_same(kind: ColumnType[Any], old: Any, new: Any) -> bool:
    """Return whether two values of a column are stored alike."""
    if old is new:
        return True
    if type(old) is not type(new) or old != new:
        return False
    # Equal points in time may have different offsets, equal lists 1 or True.
    return kind.encode is None or old is None or kind.encode(old) == kind.encode(new)
