"""Objects: the open database, models, sessions.

`storage` is the user's handle, `columns` and `models` declare, `mapping` links a model to its
table, `session` reads and writes objects: `flush` and `row_writing` are its way to the rows,
`object_states` what it remembers, `transactions` and `streaming` what it returns, `bulk` its way
past the objects, `scoped` one for each thread.
"""

from pytuck.core.columns import Column
from pytuck.core.event import event
from pytuck.core.models import PureBaseModel, declarative_base
from pytuck.core.scoped import scoped_session
from pytuck.core.session import Session
from pytuck.core.storage import Storage

__all__ = [
    "Column",
    "PureBaseModel",
    "Session",
    "Storage",
    "declarative_base",
    "event",
    "scoped_session",
]
