"""`declarative_base`: the base class of the models of one storage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, overload

from pytuck.core.active_record import CRUDBaseModel
from pytuck.core.models import PureBaseModel

if TYPE_CHECKING:
    from pytuck.core.storage import Storage


@overload
def declarative_base(storage: Storage, *, crud: Literal[False] = False) -> type[PureBaseModel]: ...
@overload
def declarative_base(storage: Storage, *, crud: Literal[True]) -> type[CRUDBaseModel]: ...
def declarative_base(storage: Storage, *, crud: bool = False) -> type[PureBaseModel]:
    """Return the base class of the models whose tables are in `storage`.

    Defining a model makes its table, unless the storage has it already or is read-only. Where a
    type checker does not take a variable for a base class, write
    `class Base(DeclarativeBase, storage=storage): ...`, which is the same.

    Args:
        crud: Give the models methods that read and write without a session (Active Record).
    """
    parent = CRUDBaseModel if crud else PureBaseModel
    return type("Base", (parent,), {"__module__": __name__}, storage=storage)
