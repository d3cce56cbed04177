"""Pytuck: an embedded ORM whose `.pytuck` files are SQLite databases with Python types.

    from pytuck import Column, Session, Storage, declarative_base, select

Names are loaded when they are first used. So `pytuck.query`, which only describes statements,
can be imported without loading a database engine: the desktop's window process relies on it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytuck.backends import CursorResult as CursorResult
    from pytuck.backends import Items as Items
    from pytuck.backends import Result as Result
    from pytuck.backends import Row as Row
    from pytuck.common.exceptions import CancelledError as CancelledError
    from pytuck.common.exceptions import ColumnNotFoundError as ColumnNotFoundError
    from pytuck.common.exceptions import ConfigurationError as ConfigurationError
    from pytuck.common.exceptions import ConflictError as ConflictError
    from pytuck.common.exceptions import ConstraintError as ConstraintError
    from pytuck.common.exceptions import CorruptFileError as CorruptFileError
    from pytuck.common.exceptions import DatabaseConnectionError as DatabaseConnectionError
    from pytuck.common.exceptions import DeadlockError as DeadlockError
    from pytuck.common.exceptions import DuplicateKeyError as DuplicateKeyError
    from pytuck.common.exceptions import EmptyFileError as EmptyFileError
    from pytuck.common.exceptions import EncryptionError as EncryptionError
    from pytuck.common.exceptions import FileFormatError as FileFormatError
    from pytuck.common.exceptions import FileMissingError as FileMissingError
    from pytuck.common.exceptions import FilePermissionError as FilePermissionError
    from pytuck.common.exceptions import FileReplacedError as FileReplacedError
    from pytuck.common.exceptions import LockTimeout as LockTimeout
    from pytuck.common.exceptions import MigrationError as MigrationError
    from pytuck.common.exceptions import MissingDependencyError as MissingDependencyError
    from pytuck.common.exceptions import NewerFormatError as NewerFormatError
    from pytuck.common.exceptions import NotAFileError as NotAFileError
    from pytuck.common.exceptions import PasswordRequiredError as PasswordRequiredError
    from pytuck.common.exceptions import PytuckException as PytuckException
    from pytuck.common.exceptions import PytuckIndexError as PytuckIndexError
    from pytuck.common.exceptions import QueryError as QueryError
    from pytuck.common.exceptions import ReadOnlyError as ReadOnlyError
    from pytuck.common.exceptions import RecordNotFoundError as RecordNotFoundError
    from pytuck.common.exceptions import SchemaError as SchemaError
    from pytuck.common.exceptions import SerializationError as SerializationError
    from pytuck.common.exceptions import StaleDataError as StaleDataError
    from pytuck.common.exceptions import StaleModelError as StaleModelError
    from pytuck.common.exceptions import StorageFullError as StorageFullError
    from pytuck.common.exceptions import TableNotFoundError as TableNotFoundError
    from pytuck.common.exceptions import TransactionError as TransactionError
    from pytuck.common.exceptions import TruncatedFileError as TruncatedFileError
    from pytuck.common.exceptions import TypeConversionError as TypeConversionError
    from pytuck.common.exceptions import UnknownEventError as UnknownEventError
    from pytuck.common.exceptions import UnknownRelationshipError as UnknownRelationshipError
    from pytuck.common.exceptions import UnsupportedOperationError as UnsupportedOperationError
    from pytuck.common.exceptions import ValidationError as ValidationError
    from pytuck.common.exceptions import WrongPasswordError as WrongPasswordError
    from pytuck.common.options import SyncOptions as SyncOptions
    from pytuck.common.options import SyncResult as SyncResult
    from pytuck.core import Column as Column
    from pytuck.core import CRUDBaseModel as CRUDBaseModel
    from pytuck.core import DeclarativeBase as DeclarativeBase
    from pytuck.core import ForeignKey as ForeignKey
    from pytuck.core import ForeignKeyConstraint as ForeignKeyConstraint
    from pytuck.core import Index as Index
    from pytuck.core import Mapped as Mapped
    from pytuck.core import PureBaseModel as PureBaseModel
    from pytuck.core import Relationship as Relationship
    from pytuck.core import Session as Session
    from pytuck.core import Storage as Storage
    from pytuck.core import UniqueConstraint as UniqueConstraint
    from pytuck.core import declarative_base as declarative_base
    from pytuck.core import defaultload as defaultload
    from pytuck.core import joinedload as joinedload
    from pytuck.core import lazyload as lazyload
    from pytuck.core import mapped_column as mapped_column
    from pytuck.core import noload as noload
    from pytuck.core import raiseload as raiseload
    from pytuck.core import relationship as relationship
    from pytuck.core import scoped_session as scoped_session
    from pytuck.core import selectinload as selectinload
    from pytuck.core.queries import Query as Query
    from pytuck.core.relationships import prefetch as prefetch
    from pytuck.events import event as event
    from pytuck.events.change_sets import ChangeSet as ChangeSet
    from pytuck.events.change_sets import TableChanges as TableChanges
    from pytuck.query import BinaryExpression as BinaryExpression
    from pytuck.query import Compound as Compound
    from pytuck.query import Expression as Expression
    from pytuck.query import Select as Select
    from pytuck.query import aliased as aliased
    from pytuck.query import and_ as and_
    from pytuck.query import case as case
    from pytuck.query import cast as cast
    from pytuck.query import delete as delete
    from pytuck.query import distinct as distinct
    from pytuck.query import except_ as except_
    from pytuck.query import exists as exists
    from pytuck.query import extract as extract
    from pytuck.query import func as func
    from pytuck.query import insert as insert
    from pytuck.query import intersect as intersect
    from pytuck.query import literal as literal
    from pytuck.query import not_ as not_
    from pytuck.query import or_ as or_
    from pytuck.query import select as select
    from pytuck.query import tuple_ as tuple_
    from pytuck.query import union as union
    from pytuck.query import union_all as union_all
    from pytuck.query import update as update

__version__ = "0.1.0"

_EXCEPTIONS = (
    "CancelledError",
    "ColumnNotFoundError",
    "ConfigurationError",
    "ConflictError",
    "ConstraintError",
    "CorruptFileError",
    "DatabaseConnectionError",
    "DeadlockError",
    "DuplicateKeyError",
    "EmptyFileError",
    "EncryptionError",
    "FileFormatError",
    "FileMissingError",
    "FilePermissionError",
    "FileReplacedError",
    "LockTimeout",
    "MigrationError",
    "MissingDependencyError",
    "NewerFormatError",
    "NotAFileError",
    "PasswordRequiredError",
    "PytuckException",
    "PytuckIndexError",
    "QueryError",
    "ReadOnlyError",
    "RecordNotFoundError",
    "SchemaError",
    "SerializationError",
    "StaleDataError",
    "StaleModelError",
    "StorageFullError",
    "TableNotFoundError",
    "TransactionError",
    "TruncatedFileError",
    "TypeConversionError",
    "UnknownEventError",
    "UnknownRelationshipError",
    "UnsupportedOperationError",
    "ValidationError",
    "WrongPasswordError",
)
_HOMES = {
    **dict.fromkeys(_EXCEPTIONS, "pytuck.common.exceptions"),
    **dict.fromkeys(("CursorResult", "Items", "Result", "Row"), "pytuck.backends"),
    **dict.fromkeys(("SyncOptions", "SyncResult"), "pytuck.common.options"),
    "Query": "pytuck.core.queries",
    **dict.fromkeys(("Column", "PureBaseModel", "Relationship", "Session"), "pytuck.core"),
    **dict.fromkeys(("CRUDBaseModel", "DeclarativeBase", "Index", "Mapped"), "pytuck.core"),
    **dict.fromkeys(("ForeignKey", "ForeignKeyConstraint"), "pytuck.core"),
    **dict.fromkeys(("UniqueConstraint", "mapped_column"), "pytuck.core"),
    **dict.fromkeys(("Storage", "declarative_base", "relationship"), "pytuck.core"),
    **dict.fromkeys(
        (
            "scoped_session",
            "defaultload",
            "joinedload",
            "lazyload",
            "noload",
            "raiseload",
            "selectinload",
        ),
        "pytuck.core",
    ),
    "prefetch": "pytuck.core.relationships",
    "event": "pytuck.events",
    "ChangeSet": "pytuck.events.change_sets",
    "TableChanges": "pytuck.events.change_sets",
    **dict.fromkeys(
        (
            "BinaryExpression",
            "Expression",
            "Select",
            "Compound",
            "aliased",
            "and_",
            "case",
            "cast",
            "delete",
            "distinct",
            "except_",
            "exists",
            "extract",
            "func",
            "insert",
            "intersect",
            "literal",
            "not_",
            "or_",
            "select",
            "tuple_",
            "union",
            "union_all",
            "update",
        ),
        "pytuck.query",
    ),
}

__all__ = [*_HOMES, "__version__"]  # noqa: PLE0604 - all of them are names


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'pytuck' has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
