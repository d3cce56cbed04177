"""Models whose tables were changed since they were defined, by this program or another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytuck.common.exceptions import StaleModelError, TableNotFoundError
from pytuck.schema import Table

if TYPE_CHECKING:
    from pytuck.backends import Connection, Engine
    from pytuck.core.mapping import Mapper
    from pytuck.core.model_registry import ModelRegistry


class StaleModels:
    """Looks at the tables of models again when the structure of the database has changed.

    What a model declares may differ from its table from the beginning, as with tables made
    elsewhere. So what counts is what has become of the table since it was first looked at.

    Args:
        engine: The database.
        models: Those of its storage.
    """

    def __init__(self, engine: Engine, models: ModelRegistry) -> None:
        self._engine = engine
        self._models = models
        self._stamp: object = None
        self._known: dict[Mapper, Table] = {}
        self._count = 0

    def look(self, connection: Connection) -> None:
        """Find out which models are stale, if anything has changed; a microsecond if not.

        Args:
            connection: Its transaction says as of when.
        """
        stamp = connection.schema_stamp()
        if stamp == self._stamp and self._count == len(self._models):
            return
        for mapper in self._models.mappers():
            mapper.stale = self._reason(mapper, connection)
        self._stamp, self._count = stamp, len(self._models)

    def _reason(self, mapper: Mapper, connection: Connection) -> str | None:
        try:
            table = self._engine.reflect(mapper.table, connection)
        except TableNotFoundError:
            return None  # the database will say so
        first = self._known.setdefault(mapper, table)
        there = {column.name.lower(): column for column in table.columns}
        before = {column.name.lower(): column for column in first.columns}
        for column in mapper.source.schema.columns:
            name = column.name.lower()
            if name not in before:
                continue  # the model was ahead of its table; the database says what is missing
            if name not in there:
                return f"it has no column '{column.name}' any more"
            if there[name].type.sql_name != before[name].type.sql_name:
                return (
                    f"its column '{column.name}' is {there[name].type.sql_name} now, and was "
                    f"{before[name].type.sql_name}"
                )
        if table.primary_key != first.primary_key:
            return f"its primary key is ({', '.join(table.primary_key)}) now"
        return None


def refuse_stale(mapper: Mapper) -> None:
    """Go on, unless the table of a model was changed so that the model does not fit any more.

    Raises:
        StaleModelError: It was.
    """
    if mapper.stale is not None:
        model: type[Any] = mapper.model
        raise StaleModelError(
            f"The table '{mapper.table}' was changed since the model {model.__name__} was defined: "
            f"{mapper.stale}. Bring the model into line and start the program again, or take the "
            "change back.",
            table_name=mapper.table,
        )
