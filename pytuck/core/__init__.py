"""Objects: the open database, models, sessions.

`storage` is the user's handle, `columns` and `models` declare, `mapping` links a model to its
table, `session` and `unit_of_work` read and write objects.
"""

from pytuck.core.columns import Column
from pytuck.core.models import PureBaseModel, declarative_base
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
from pytuck.core.session import Session
from pytuck.core.storage import Storage

# Sessions stand on relationships, so objects without a session learn here how to open one.
use_sessions(Session)

__all__ = [
    "Column",
    "PureBaseModel",
    "Relationship",
    "Session",
    "Storage",
    "declarative_base",
    "defaultload",
    "joinedload",
    "lazyload",
    "noload",
    "prefetch",
    "raiseload",
    "relationship",
    "selectinload",
]
