"""Objects: the open database, models, sessions.

`storage` is the user's handle; `columns`, `mapped`, `models` and `declarative` declare, `mapping`
links a model to its table, `relationships` models to one another. `session` reads and writes
objects, with what its parts share in `session_state`: `object_tracking` notices changes,
`statement_runner` runs statements and makes objects of `answers`, `transaction_control` begins and
ends, `flush` and `row_writing` are the way to the rows, `object_states` what is remembered.
`queries`, `streaming` and `transactions` are what a session returns, `bulk` its way past the
objects, `scoped` one for each thread, `active_record` models that need none.
"""

from pytuck.core.active_record import CRUDBaseModel
from pytuck.core.columns import Column, UniqueConstraint
from pytuck.core.columns import TableIndex as Index
from pytuck.core.declarative import declarative_base
from pytuck.core.event import event
from pytuck.core.mapped import Mapped, mapped_column
from pytuck.core.models import DeclarativeBase, PureBaseModel
from pytuck.core.relationships import (
    Relationship,
    defaultload,
    joinedload,
    lazyload,
    noload,
    prefetch,
    raiseload,
    relationship,
    selectinload,
)
from pytuck.core.relationships.loading import use_sessions
from pytuck.core.scoped import scoped_session
from pytuck.core.session import Session
from pytuck.core.storage import Storage

# Sessions stand on relationships, so objects without a session learn here how to open one.
use_sessions(Session)

__all__ = [
    "CRUDBaseModel",
    "Column",
    "DeclarativeBase",
    "Index",
    "Mapped",
    "PureBaseModel",
    "Relationship",
    "Session",
    "Storage",
    "UniqueConstraint",
    "declarative_base",
    "defaultload",
    "event",
    "joinedload",
    "lazyload",
    "mapped_column",
    "noload",
    "prefetch",
    "raiseload",
    "relationship",
    "scoped_session",
    "selectinload",
]
