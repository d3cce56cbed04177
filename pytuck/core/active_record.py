"""Active Record: models that save, find and delete themselves, without a session in sight."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pytuck.backends import Result
from pytuck.common.exceptions import RecordNotFoundError, ValidationError
from pytuck.core.instance_values import BATCH, DETACHED, SESSION
from pytuck.core.mapping import Batch
from pytuck.core.models import PureBaseModel
from pytuck.core.queries import Query
from pytuck.core.session import Session
from pytuck.core.streaming import Stream
from pytuck.query import Expression, Statement, select

if TYPE_CHECKING:
    from pytuck.core.storage import Storage


class CRUDBaseModel(PureBaseModel):
    """A model whose objects write themselves at once, each call in a transaction of its own.

    Inside of `storage.transaction()` they take part in that one. An object that belongs to a
    session is written by that session's next flush instead.
    """

    __abstract__: ClassVar[bool] = True

    @property
    def _loaded_from_db(self) -> bool:
        """Whether the object stands for a row."""
        return SESSION in self.__dict__ or DETACHED in self.__dict__

    # --- One object ---

    @classmethod
    def create(cls, **values: Any) -> Self:
        """Make an object and save it.

        Raises:
            ValidationError: A value does not fit.
            DuplicateKeyError: A row with this key exists.
        """
        instance = cls(**values)
        instance.save()
        return instance

    def save(self) -> None:
        """Write the object: insert it, or write all its values if it stands for a row.

        Raises:
            DuplicateKeyError: A row with this key exists.
            RecordNotFoundError: Its row is gone.
        """
        session: Session | None = self.__dict__.get(SESSION)
        if session is not None:
            session.flush()
            return
        with _passing(self.__storage__) as session:
            session.add(self)
            session.commit()

    def delete(self) -> None:
        """Delete the object's row.

        Raises:
            RecordNotFoundError: There is none.
        """
        session: Session | None = self.__dict__.get(SESSION)
        if session is not None:
            session.delete(self)
            return
        mapper = self.__mapper__
        if not self._loaded_from_db:
            raise RecordNotFoundError(mapper.table, mapper.key_of(self))
        with _passing(self.__storage__) as session:
            session.add(self)
            session.delete(self)
            session.commit()

    def refresh(self) -> None:
        """Read the object's values again.

        Raises:
            ValidationError: The object stands for no row.
            RecordNotFoundError: Its row is gone.
        """
        session: Session | None = self.__dict__.get(SESSION)
        if session is not None:
            session.refresh(self)
            return
        if not self._loaded_from_db:
            raise ValidationError(
                f"{self!r} was never saved, so there is nothing to read again.",
                table_name=self.__mapper__.table,
            )
        with _passing(self.__storage__) as session:
            session.add(self)
            session.refresh(self)

    # --- Finding ---

    @classmethod
    def get(cls, pk: object) -> Self | None:
        """Return the object with this primary key, or None if there is none."""
        if not cls.__mapper__.key:
            return None
        with _passing(cls.__storage__) as session:
            return session.get(cls, pk)

    @classmethod
    def query(cls) -> Query[Self]:
        """Return a query for all objects of the model."""
        return Query(PassingSessions(cls.__storage__), select(cls))

    @classmethod
    def filter(cls, *conditions: Expression[bool]) -> Query[Self]:
        """Return a query for the objects that meet all of `conditions`."""
        return cls.query().filter(*conditions)

    @classmethod
    def filter_by(cls, **values: object) -> Query[Self]:
        """Return a query for the objects whose attributes have these values."""
        return cls.query().filter_by(**values)

    @classmethod
    def all(cls) -> list[Self]:
        """Return all objects of the model."""
        return cls.query().all()

    @classmethod
    def first(cls) -> Self | None:
        """Return one object of the model, or None if there is none."""
        return cls.query().first()

    @classmethod
    def count(cls) -> int:
        """Return how many rows the model's table has."""
        return cls.query().count()

    # --- Many at once ---

    @classmethod
    def bulk_insert(cls, instances: Iterable[PureBaseModel]) -> list[Any]:
        """Insert objects at once and return their keys."""
        with _passing(cls.__storage__) as session:
            keys = session.bulk_insert(instances)
            session.commit()
            return keys

    @classmethod
    def bulk_update(cls, instances: Iterable[PureBaseModel]) -> int:
        """Write all values of objects at once and return how many were written.

        Raises:
            RecordNotFoundError: A row does not exist; none is written then.
        """
        with _passing(cls.__storage__) as session:
            count = session.bulk_update(instances)
            session.commit()
            return count


class PassingSessions:
    """Asks each question through a session of its own, whose objects then belong to none.

    What came with one answer stays together, so that a relationship that is looked at later is
    read for all of it at once.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def execute(self, statement: Any) -> Result[Any]:
        """Run a statement and commit what it wrote."""
        with _passing(self._storage) as session:
            result: Result[Any] = session.execute(statement)
            items = result.all()
            session.commit()
        _keep_together(items)
        return result

    def get(self, model: type[Any], pk: object) -> Any:
        """Return the object with this primary key, or None if there is none."""
        with _passing(self._storage) as session:
            return session.get(model, pk)

    def stream(self, statement: Statement) -> Stream[Any]:
        """Return the answer to a question to be read batch by batch."""
        return Stream(lambda size: self._batches(statement, size))

    def _batches(self, statement: Any, size: int) -> Generator[list[Any], None, None]:
        with _passing(self._storage) as session:
            yield from session.stream(statement).yield_per(size).batches()


def _passing(storage: Storage) -> contextlib.closing[Session]:
    return contextlib.closing(Session(storage))


def _keep_together(items: list[Any]) -> None:
    if items and isinstance(items[0], PureBaseModel) and items[0].__mapper__.relationships:
        batch = Batch(items)
        for item in items:
            item.__dict__[BATCH] = batch
