"""Objects: the open database, models, sessions.

`storage` is the user's handle; `columns`, `mapped`, `models` and `declarative` declare, `mapping`
links a model to its table, `relationships` models to one another. `session` reads and writes
objects, with what its parts share in `session_state`: `object_tracking` notices changes,
`statement_runner` runs statements and makes objects of `answers`, `transaction_control` begins and
ends, `flush` and `row_writing` are the way to the rows, `object_states` what is remembered.
`queries`, `streaming` and `transactions` are what a session returns, `bulk` its way past the
objects, `scoped` one for each thread, `active_record` models that need none.

Whoever asks for a name loads its module only: the window's worker needs a `Storage` and no objects.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

# These two hide the modules of the same names, as they ever did, so they cannot come later.
from pytuck.core.event import event as event
from pytuck.core.prefetch import prefetch as prefetch

if TYPE_CHECKING:
    from pytuck.core.active_record import CRUDBaseModel as CRUDBaseModel
    from pytuck.core.columns import Column as Column
    from pytuck.core.columns import Index as Index
    from pytuck.core.columns import UniqueConstraint as UniqueConstraint
    from pytuck.core.declarative import DeclarativeBase as DeclarativeBase
    from pytuck.core.declarative import declarative_base as declarative_base
    from pytuck.core.foreign_keys import ForeignKey as ForeignKey
    from pytuck.core.foreign_keys import ForeignKeyConstraint as ForeignKeyConstraint
    from pytuck.core.mapped import Mapped as Mapped
    from pytuck.core.mapped import mapped_column as mapped_column
    from pytuck.core.models import PureBaseModel as PureBaseModel
    from pytuck.core.relationships import Relationship as Relationship
    from pytuck.core.relationships import defaultload as defaultload
    from pytuck.core.relationships import joinedload as joinedload
    from pytuck.core.relationships import lazyload as lazyload
    from pytuck.core.relationships import noload as noload
    from pytuck.core.relationships import raiseload as raiseload
    from pytuck.core.relationships import relationship as relationship
    from pytuck.core.relationships import selectinload as selectinload
    from pytuck.core.scoped import scoped_session as scoped_session
    from pytuck.core.session import Session as Session
    from pytuck.core.storage import Storage as Storage

_HOMES = {
    "CRUDBaseModel": "active_record",
    "PSEUDO_PK_NAME": "instance_values:ROWID",
    "PrefetchOption": "prefetch",
    "Column": "columns",
    "DeclarativeBase": "declarative",
    "ForeignKey": "foreign_keys",
    "ForeignKeyConstraint": "foreign_keys",
    "Index": "columns",
    "Mapped": "mapped",
    "PureBaseModel": "models",
    "Relationship": "relationships",
    "Session": "session",
    "Storage": "storage",
    "UniqueConstraint": "columns",
    "declarative_base": "declarative",
    "defaultload": "relationships",
    "joinedload": "relationships",
    "lazyload": "relationships",
    "mapped_column": "mapped",
    "noload": "relationships",
    "raiseload": "relationships",
    "relationship": "relationships",
    "scoped_session": "scoped",
    "selectinload": "relationships",
}

__all__ = [*_HOMES, "event", "prefetch"]  # noqa: PLE0604 - all of them are names


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'pytuck.core' has no attribute {name!r}")
    module, _, attribute = home.partition(":")
    value = getattr(import_module(f"pytuck.core.{module}"), attribute or name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
