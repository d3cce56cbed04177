"""The names that users of the `pytuck` library import from here."""

from pytuck.core.active_record import CRUDBaseModel
from pytuck.core.columns import Column
from pytuck.core.declarative import declarative_base
from pytuck.core.instance_values import ROWID as PSEUDO_PK_NAME
from pytuck.core.models import PureBaseModel
from pytuck.core.relationships import Relationship

__all__ = [
    "PSEUDO_PK_NAME",
    "CRUDBaseModel",
    "Column",
    "PureBaseModel",
    "Relationship",
    "declarative_base",
]
