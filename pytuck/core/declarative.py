"""`declarative_base`: the base class of the models of one storage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, overload

from pytuck.common.options import SyncOptions
from pytuck.core.active_record import CRUDBaseModel
from pytuck.core.models import DeclarativeBase, PureBaseModel

if TYPE_CHECKING:
    from pytuck.core.storage import Storage


__all__ = ["DeclarativeBase", "declarative_base"]


@overload
def declarative_base(
    storage: Storage,
    *,
    crud: Literal[False] = False,
    sync_schema: bool = False,
    sync_options: SyncOptions | None = None,
    create_tables: bool = True,
) -> type[PureBaseModel]: ...
@overload
def declarative_base(
    storage: Storage,
    *,
    crud: Literal[True],
    sync_schema: bool = False,
    sync_options: SyncOptions | None = None,
    create_tables: bool = True,
) -> type[CRUDBaseModel]: ...
def declarative_base(
    storage: Storage,
    *,
    crud: bool = False,
    sync_schema: bool = False,
    sync_options: SyncOptions | None = None,
    create_tables: bool = True,
) -> type[PureBaseModel]:
    """Return the base class of the models whose tables are in `storage`.

    Defining a model makes its table, unless the storage has it already or is read-only. Where a
    type checker does not take a variable for a base class, write
    `class Base(DeclarativeBase, storage=storage): ...`, which is the same.

    Args:
        crud: Give the models methods that read and write without a session (Active Record).
        sync_schema: Bring a table that is there into line with its model.
        sync_options: What may be changed for that.
        create_tables: Make the tables of the models. Where migrations do that, they must be the
            only ones.
    """
    parent = CRUDBaseModel if crud else PureBaseModel
    return type(
        "Base",
        (parent,),
        {"__module__": __name__},
        storage=storage,
        sync_schema=sync_schema,
        sync_options=sync_options,
        create_tables=create_tables,
    )
