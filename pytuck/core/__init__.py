"""Objects: the open database, models, sessions.

`storage` is the user's handle, `columns` and `models` declare, `mapping` links a model to its
table, `active_record` gives models methods of their own, `session` reads and writes objects: `flush` and `row_writing` are its way to the rows,
`object_states` what it remembers, `transactions` and `streaming` what it returns, `bulk` its way
past the objects, `scoped` one for each thread.
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
