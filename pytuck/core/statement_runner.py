"""Running statements for a session: what they give becomes objects, what they change is seen."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from pytuck.backends import Connection, CursorResult, Result
from pytuck.backends.results import Outcome
from pytuck.common.exceptions import RecordNotFoundError, TransactionError
from pytuck.compiler import Compiled, Template, compile_statement
from pytuck.core.answers import PartReader
from pytuck.core.loading import FEW_OBJECTS, paused_collector
from pytuck.core.mapping import Mapper
from pytuck.core.model_defaults import inserted_key, with_defaults, with_onupdate
from pytuck.core.relationships import options as loading_options
from pytuck.core.relationships.joined import JoinedQuestion, with_joins
from pytuck.core.row_writing import instance_columns, key_condition
from pytuck.core.stale_models import refuse_stale
from pytuck.core.unit_of_work import Flushed
from pytuck.query import Compound, Delete, Insert, Select, Update

if TYPE_CHECKING:
    from pytuck.core.session_contents import SessionContents
    from pytuck.core.session_state import SessionState

T = TypeVar("T")


class StatementRunner:
    """Runs the statements of one session.

    Args:
        session: The session that objects belong to.
        state: What the session remembers.
    """

    def __init__(self, session: SessionContents, state: SessionState) -> None:
        self._session = session
        self._state = state
        self._templates: dict[Mapper, Template] = {}

    def ask(self, statement: Select[T] | Compound[T]) -> Result[T]:
        """Return the answer to a question."""
        connection = self._state.connection.get()
        compiled, read = self._prepared(statement, connection)
        # The collector runs meanwhile: it finds out at once that rows of plain values need no
        # watching. Paused, it would look at all of them later, which takes longer.
        outcome = connection.execute(compiled)
        return Result(compiled.template, outcome, read)

    def write(self, statement: Insert[Any] | Update[Any] | Delete[Any]) -> CursorResult[Any]:
        """Run a write, and bring the loaded objects of its table up to date."""
        entity = statement.entity
        if entity is not None and isinstance(statement, Insert):
            statement = with_defaults(statement, entity.__mapper__)
        elif entity is not None and isinstance(statement, Update):
            statement = with_onupdate(statement, entity.__mapper__)
        connection = self._state.connection.writing()
        if entity is not None:
            refuse_stale(entity.__mapper__)
        compiled = compile_statement(statement, connection.dialect)
        outcome = connection.execute(compiled)
        table = statement.target.name
        self._state.undo.note(Flushed(tables=(table,)))
        key: object = None
        if isinstance(statement, Insert):
            key = inserted_key(statement, outcome.last_row_id)
        if not isinstance(statement, Insert) or statement.conflict is not None:
            self.reread(table)
        read = self._part_reader(statement.entities, compiled.template)
        return CursorResult(compiled.template, outcome, read, inserted_key=key)

    def batches(
        self, statement: Select[Any] | Compound[Any], size: int
    ) -> Generator[list[Any], None, None]:
        """Give the answer to a question in batches; see `Stream`."""
        is_own = self._state.connection.in_transaction
        connection = (
            self._state.connection.get() if is_own else self._state.storage.engine.open_reader()
        )
        compiled, read = self._prepared(statement, connection, is_whole=False)
        cursor = connection.batches(compiled, size)
        if is_own:
            self._state.connection.add_cursor(cursor)
        try:
            for rows in cursor:
                if read is None:
                    yield Result[Any](compiled.template, Outcome(rows, len(rows), 0)).all()
                    continue
                with self._state.identity.weakly():
                    loaded = read(rows)
                yield loaded
                del loaded
            if is_own and not self._state.connection.has_cursor(cursor):
                raise TransactionError(
                    "The transaction in which the stream was read has ended. Read it to its end "
                    "before committing, or begin it after a commit."
                )
        finally:
            cursor.close()
            if not is_own:
                connection.close()
            else:
                self._state.connection.drop_cursor(cursor)

    def load(self, mapper: Mapper, template: Template, rows: list[Any]) -> list[Any]:
        """Return the objects of rows that hold a model's columns."""
        refuse_stale(mapper)
        identity, dirty = self._state.identity.of(mapper.model), self._state.pending.changed
        if len(rows) < FEW_OBJECTS:
            return mapper.read(template, rows, self._session, identity, dirty)
        with paused_collector():
            return mapper.read(template, rows, self._session, identity, dirty)

    def reread(self, table: str) -> None:
        """Bring the loaded objects of a table up to date after a statement changed it."""
        for model in self._state.identity.models_of(table):
            mapper = model.__mapper__  # type: ignore[attr-defined]
            instances = self._state.identity.instances_of(model)
            found = self._read_again(mapper, [mapper.key_of(item) for item in instances])
            gone = [item for item in instances if id(item) not in found]
            for instance in gone:
                self._state.identity.evict(instance)
            if gone:
                self._state.undo.note(Flushed(deleted=gone))
        self._state.relations.forget_unchanged(self._state.identity)

    def fetch(self, instance: Any) -> Any:
        """Return a copy of an instance, of no session, as its row is now."""
        mapper = instance.__mapper__
        template, connection = self.get_template(mapper), self._state.connection.get()
        key = mapper.key_of(instance)
        for possible in self._possible_keys(instance, key):
            rows = connection.fetch(template.sql, mapper.stored_key(possible))
            if rows:
                return mapper.read(template, rows, None, {}, ())[0]
        raise RecordNotFoundError(mapper.table, key)

    def _possible_keys(self, instance: Any, key: Any) -> list[Any]:
        """Return the keys that an object's row may have: a changed one is not written yet."""
        for work in (self._state.pending, self._state.flushing):
            if work is not None and id(instance) in work.changed:
                before = instance.__mapper__.key_before(instance, work.changed[id(instance)][1])
                if before != key:
                    return [before, key]
        return [key]

    def get_template(self, mapper: Mapper) -> Template:
        """Return the question for one row by its key."""
        template = self._templates.get(mapper)
        if template is None:
            statement: Select[Any] = Select(
                instance_columns(mapper), mapper.source.node, key_condition(mapper)
            )
            template = compile_statement(statement, self._state.storage.engine.dialect).template
            self._templates[mapper] = template
        return template

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
        refuse_stale(mapper)
        if statement.load_options or mapper.has_eager_relationships:
            tree = loading_options.load_tree(mapper, statement.load_options)
            return self._prepared_with_related(statement, tree, connection, is_whole=is_whole)
        compiled = compile_statement(statement, connection.dialect)
        return compiled, partial(self.load, mapper, compiled.template)

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
            read = partial(self.load, tree.mapper, compiled.template)
        else:
            compiled = compile_statement(joined.statement, connection.dialect)
            parts = PartReader(joined.statement.entities, compiled.template, self.load)
            read = partial(_read_joined, joined, parts)

        def with_related(rows: list[Any]) -> list[Any]:
            instances = read(rows)
            loading_options.apply(instances, tree, self._session)
            return instances

        return compiled, with_related

    def _part_reader(
        self, entities: Sequence[Any], template: Template
    ) -> Callable[[list[Any]], list[Any]] | None:
        return PartReader(entities, template, self.load) if any(entities) else None

    def _read_again(self, mapper: Mapper, keys: Sequence[Any]) -> set[int]:
        """Read the rows with these keys into their objects; return the objects' `id`s."""
        statement: Select[Any] = Select(
            instance_columns(mapper), mapper.source.node, mapper.any_of(keys)
        )
        connection = self._state.connection.get()
        compiled = compile_statement(statement, connection.dialect)
        rows = connection.execute(compiled).rows
        return set(map(id, self.load(mapper, compiled.template, rows)))


def _read_joined(joined: JoinedQuestion, parts: PartReader, rows: list[Any]) -> list[Any]:
    return joined.read(parts(rows))
