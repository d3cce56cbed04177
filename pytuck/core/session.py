"""`Session`: the unit of work and the identity map of the ORM."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterable, Iterator, Mapping
from functools import partial
from types import TracebackType
from typing import Any, ClassVar, Self, TypeVar, overload

from pytuck.backends import CursorResult, Items, Result
from pytuck.common.exceptions import QueryError
from pytuck.core import bulk
from pytuck.core.merging import Merge
from pytuck.core.model_defaults import with_rows
from pytuck.core.models import PureBaseModel
from pytuck.core.object_tracking import names_of
from pytuck.core.queries import Query
from pytuck.core.relationships.loading import use_sessions
from pytuck.core.session_contents import SessionContents
from pytuck.core.session_schema import SessionSchema
from pytuck.core.stale_models import refuse_stale
from pytuck.core.storage import Storage
from pytuck.core.streaming import Stream
from pytuck.core.transaction_control import TransactionControl
from pytuck.core.transactions import NestedTransaction, SessionTransaction
from pytuck.query import Compound, Delete, Insert, Select, Statement, Update, select

T = TypeVar("T")
M = TypeVar("M", bound=PureBaseModel)

Objects = Iterable[PureBaseModel] | type[PureBaseModel]
"""What bulk methods take: objects, or the model of values that are given as dictionaries."""

Values = Iterable[Mapping[str, Any]]
"""Values by attribute, a dictionary for each object."""


class Session(SessionContents, SessionSchema):
    """A conversation with a storage about objects.

    Objects read or added here are one for each row. Changes of their attributes are noticed and
    written by `commit()`, or earlier when a statement needs to see them. As a context manager it
    commits at the end, or rolls back on an exception, and closes. Inside of
    `storage.transaction()` it takes part in that one: its commit is final when that is.

    Args:
        storage: The open database.
        autocommit: Commit after each method that writes.
        autoflush: Write pending changes before each statement, so that it sees them.
        isolation_level: What its transactions see of others that commit meanwhile; None means
            what the storage says.

    Attributes:
        info: A place for whatever belongs to the session; it is not looked at.
    """

    __event_family__: ClassVar[str] = "session"

    def __init__(
        self,
        storage: Storage,
        autocommit: bool = False,
        *,
        autoflush: bool = True,
        isolation_level: str | None = None,
    ) -> None:
        super().__init__(storage, isolation_level)
        self.autocommit = autocommit
        self.autoflush = autoflush
        self.info: dict[Any, Any] = {}
        self._control = TransactionControl(self, self.state, self._statements, self._tracker)

    # --- Objects ---

    def add(self, instance: PureBaseModel) -> None:
        """Have a new object inserted; one that is loaded already stays as it is.

        An object of a session that was closed becomes one of this session, and all its values
        are written, since nobody watched it meanwhile.

        Raises:
            QueryError: The object belongs to another session, or is no model instance.
        """
        self._tracker.refuse_foreign(instance)
        self._tracker.add(instance)
        self._autocommit()

    def add_all(self, instances: Iterable[PureBaseModel]) -> None:
        """Have new objects inserted."""
        batch = list(instances)
        for instance in batch:
            self._tracker.refuse_foreign(instance)
        for instance in batch:
            self._tracker.add(instance)
        self._autocommit()

    def delete(self, instance: PureBaseModel) -> None:
        """Have an object's row deleted.

        Raises:
            QueryError: The object is not of this session.
        """
        if id(instance) in self.state.pending.new:
            self.forget_new(instance)
            return
        self._tracker.delete(instance)
        self._autocommit()

    def get(self, model_class: type[M], pk: object) -> M | None:
        """Return the object with this primary key, or None if there is none.

        Args:
            pk: The value of the key; a tuple for a key of several columns.

        Raises:
            QueryError: The model has no primary key.
            ValidationError: `pk` does not fit the key.
        """
        mapper = model_class.__mapper__
        if not mapper.key:
            raise QueryError(f"{model_class.__name__} has no primary key to get an object by.")
        if pk is None:
            return None
        key = mapper.convert_key(pk)
        known: M | None = self.state.identity.of(model_class).get(key)
        if known is None and self.state.has_changes:
            self.autoflush_now()
            known = self.state.identity.of(model_class).get(key)
        if known is not None:
            return known if self._tracker.is_there(known, mapper) else None
        template = self._statements.get_template(mapper)
        connection = self.state.connection.get()
        refuse_stale(mapper)
        rows = connection.fetch(template.sql, mapper.stored_key(key))
        loaded: list[M] = self._statements.load(mapper, template, rows)
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
        self._tracker.require_own(instance)
        self._tracker.refresh(instance, names_of(instance, attribute_names))

    def expire(self, instance: PureBaseModel, names: Iterable[str] | None = None) -> None:
        """Forget an object's values; the next look at one of them reads the row again.

        Unsaved changes of them are lost. The primary key is kept. Related objects that are
        loaded are expired, too, where the relationship's cascade has `refresh-expire`.

        Args:
            names: Only these attributes and relationships.

        Raises:
            QueryError: The object is not of this session, or has no such attribute.
        """
        self._tracker.require_own(instance)
        self._tracker.expire(instance, names_of(instance, names))

    def expire_all(self) -> None:
        """Forget the values of all objects; the next look at an object reads its row again."""
        for instance in self.state.identity:
            self._tracker.forget(instance, names_of(instance, None))

    def expunge(self, instance: PureBaseModel) -> None:
        """Let go of an object; it stays readable, and its changes are not written.

        Related objects in memory go along where the relationship's cascade has `expunge`.

        Raises:
            QueryError: The object is not of this session.
        """
        if instance not in self:
            self._tracker.require_own(instance)
        for item in self.relations.along(instance, "expunge"):
            if item in self:
                self._tracker.expunge(item)

    def expunge_all(self) -> None:
        """Let go of all objects; what is not written yet never will be."""
        self._tracker.drop_pending()
        self.state.identity.clear()

    def mark_changed(self, instance: PureBaseModel, name: str) -> None:
        """Have an attribute written by the next flush, whether or not it was changed.

        Raises:
            QueryError: The object is not of this session, or has no such attribute.
        """
        self._tracker.require_own(instance)
        self._tracker.mark_changed(instance, name)

    # --- Many at once ---

    def bulk_insert(self, instances: Objects, mappings: Values | None = None) -> list[Any]:
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

    def bulk_update(self, instances: Objects, mappings: Values | None = None) -> int:
        """Write all values of objects of one model at once and return how many were written.

        Args:
            instances: The objects; or a model class, with the key and the values to change as
                dictionaries by attribute names in `mappings`.

        Raises:
            ValidationError: The objects are of several models, or have no key.
            RecordNotFoundError: A row does not exist; none is written then.
        """
        count = bulk.update(self, instances, mappings)
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
    def execute(
        self, statement: Insert[Any] | Update[Any] | Delete[Any], rows: Values | None = None
    ) -> CursorResult[Any]: ...
    def execute(self, statement: Statement, rows: Values | None = None) -> Result[Any]:
        """Run a statement in this session's transaction; pending changes are written first.

        Args:
            rows: Rows for an insert: `execute(insert(User), [{"name": "Ada"}])`.

        Raises:
            QueryError: Rows are given for another statement.
            PytuckException: What the database refused.
        """
        if rows is not None:
            statement = with_rows(statement, rows)
        self.autoflush_now()
        if isinstance(statement, (Select, Compound)):
            return self._statements.ask(statement)
        result = self._statements.write(statement)
        self._autocommit()
        return result

    @overload
    def scalars(self, statement: Select[tuple[T]]) -> Items[T]: ...
    @overload
    def scalars(self, statement: Select[T] | Compound[T]) -> Items[T]: ...
    @overload
    def scalars(self, statement: Statement) -> Items[Any]: ...
    def scalars(self, statement: Any) -> Items[Any]:
        """Return the first value of every row, or every instance."""
        found: Items[Any] = self.execute(statement).scalars()
        return found

    @overload
    def scalar(self, statement: Select[tuple[T]]) -> T | None: ...
    @overload
    def scalar(self, statement: Select[T] | Compound[T]) -> T | None: ...
    @overload
    def scalar(self, statement: Statement) -> Any: ...
    def scalar(self, statement: Any) -> Any:
        """Return the first value of the first row, or None if there is no row."""
        return self.execute(statement).scalar()

    def stream(self, statement: Select[T] | Compound[T]) -> Stream[T]:
        """Return the answer to a question to be read batch by batch, in little memory.

        Nothing is read before it is iterated over. See `Stream`.
        """
        return Stream(partial(self._batches, statement))

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

    # --- Transactions ---

    @property
    def in_transaction(self) -> bool:
        """Whether something was written and neither committed nor rolled back."""
        return self.state.connection.in_transaction

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
        self._control.flush()

    def commit(self) -> None:
        """Write pending changes and make the transaction durable.

        Raises:
            LockTimeout: Somebody else kept the write lock for too long.
            StaleDataError: Others have committed since this transaction began to read; roll
                back, and do its work again.
            PytuckException: The database refused it; roll back, or correct and commit again.
        """
        self._control.commit()

    def rollback(self) -> None:
        """Undo everything since the last commit, in the database and in the objects."""
        self._control.rollback()

    def close(self) -> None:
        """Undo what was not committed and let go of all objects; they stay readable."""
        self._control.close()

    def begin(self) -> SessionTransaction[Self]:
        """Return a context manager that commits what is done inside, or undoes it on an exception.

        What was read before is none of the transaction's business: it sees what is committed
        when it reads first.

        Raises:
            TransactionError: A transaction is open already.
        """
        return self._control.begin()

    def begin_nested(self) -> NestedTransaction[Self]:
        """Begin a part of the transaction that can be undone by itself: a savepoint.

        Pending changes are written first, so that they are not among what it undoes.
        """
        return self._control.begin_nested()

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

    def autoflush_now(self) -> None:
        """Write pending changes because they are about to be looked at, if that is wanted."""
        if self.autoflush and self.state.flushing is None and self.state.has_changes:
            self.flush()

    # --- How it is done ---

    def _batches(
        self, statement: Select[Any] | Compound[Any], size: int
    ) -> Generator[list[Any], None, None]:
        self.autoflush_now()
        yield from self._statements.batches(statement, size)

    def _autocommit(self) -> None:
        if self.autocommit and not self._control.is_busy:
            self.commit()


# Sessions stand on relationships, so objects without a session learn here how to open one.
use_sessions(Session)
