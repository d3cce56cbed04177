"""The names that users of the `pytuck` library import from here."""

from pytuck.core.columns import Column
from pytuck.core.instance_values import ROWID as PSEUDO_PK_NAME
from pytuck.core.models import PureBaseModel, declarative_base

__all__ = ["PSEUDO_PK_NAME", "Column", "PureBaseModel", "declarative_base"]
