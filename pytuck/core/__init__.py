"""Objects: the open database, models, sessions.

`storage` is the user's handle, `columns` and `models` declare, `mapping` links a model to its
table, `session` and `unit_of_work` read and write objects.
"""

from pytuck.core.columns import Column
from pytuck.core.models import PureBaseModel, declarative_base
from pytuck.core.session import Session
from pytuck.core.storage import Storage

__all__ = ["Column", "PureBaseModel", "Session", "Storage", "declarative_base"]
