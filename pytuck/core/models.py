"""Base classes of models."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pytuck.common.exceptions import SchemaError, ValidationError
from pytuck.common.options import SyncOptions
from pytuck.core.columns import Column, Index
from pytuck.core.declaring import is_only_declaring
from pytuck.core.foreign_keys import ForeignKeyConstraint
from pytuck.core.instance_values import SESSION, as_read, watched
from pytuck.core.mapped import declare_annotated
from pytuck.core.mapping import Mapper
from pytuck.core.object_copies import new_like, plain_state
from pytuck.core.plain_form import plain_value, to_plain
from pytuck.core.relationships import Relationship
from pytuck.core.relationships.in_step import key_changed
from pytuck.query import Expression, TableSource

if TYPE_CHECKING:
    from pytuck.core.storage import Storage


class PureBaseModel:
    """What every model class can do; `declarative_base` makes the base for one storage.

    `class Base(PureBaseModel, storage=storage)` is such a base, too: the class argument makes it
    one without a table.

    Attributes:
        __tablename__: The name of the table.
        __table_comment__: A comment kept in the file.
        __table_args__: Indexes, unique constraints and foreign keys of several columns.
        __abstract__: The class has no table; its columns go to its subclasses.
        __storage__: Where the table is.
        __sync_options__: How an existing table is brought into line with the model when that is
            defined; None to leave it as it is.
    """

    __tablename__: ClassVar[str]
    __table_comment__: ClassVar[str | None] = None
    __table_args__: ClassVar[tuple[Index | ForeignKeyConstraint, ...]] = ()
    __event_family__: ClassVar[str] = "model"
    __abstract__: ClassVar[bool] = True
    __storage__: ClassVar[Storage]
    __mapper__: ClassVar[Mapper]
    __source__: ClassVar[TableSource]
    __expressions__: ClassVar[dict[str, Expression[Any]]] = {}
    __columns__: ClassVar[dict[str, Column[Any]]] = {}
    __primary_key__: ClassVar[str | None] = None
    __relationships__: ClassVar[dict[str, Relationship[Any]]] = {}
    __sync_options__: ClassVar[SyncOptions | None] = None
    __creates_table__: ClassVar[bool] = True

    def __init_subclass__(
        cls,
        *,
        storage: Storage | None = None,
        sync_schema: bool = False,
        sync_options: SyncOptions | None = None,
        create_tables: bool = True,
        **options: Any,
    ) -> None:
        super().__init_subclass__(**options)
        if storage is not None:
            cls.__storage__ = storage
            cls.__creates_table__ = create_tables
            cls.__sync_options__ = (sync_options or SyncOptions()) if sync_schema else None
            cls.__abstract__ = True
            return
        if cls.__dict__.get("__abstract__", False):
            return
        cls.__abstract__ = False
        _map(cls)

    def __init__(self, **values: Any) -> None:
        self.__mapper__.construct(self, **values)

    def __setattr__(self, name: str, value: object) -> None:
        mapper = self.__mapper__
        attribute = mapper.by_name.get(name)
        if attribute is None:
            declared = mapper.relationships.get(name)
            if declared is not None:
                declared.assign(self, value)
            else:
                object.__setattr__(self, name, value)
            return
        converted = attribute.column.convert(value, mapper.table)
        values = self.__dict__
        session = values.get(SESSION)
        is_foreign_key = name in mapper.foreign_keys
        before = getattr(self, name, None) if is_foreign_key else None
        if session is not None:
            session.note_change(self, name, converted)
        if name in mapper.containers:
            values.pop(as_read(name), None)
            converted = watched(converted, self, name)
        values[name] = converted
        if is_foreign_key and before != converted:
            key_changed(self, name, before)

    def __copy__(self) -> Self:
        return new_like(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return new_like(self)

    def __getstate__(self) -> dict[str, Any]:
        return plain_state(self)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}(pk={self.__mapper__.key_of(self)!r})>"

    def to_dict(
        self,
        use_column_names: bool = False,
        include: Iterable[str] | None = None,
        exclude: Iterable[str] | None = None,
        depth: int = 0,
    ) -> dict[str, Any]:
        """Return the values of the columns, and of related objects.

        Args:
            use_column_names: Use the names of the database's columns, not of the attributes.
            include: Only these attributes and relationships.
            exclude: All but these; `include` goes before it.
            depth: How many steps of relationships to follow; they are loaded if need be. An
                object that is met again on the way from itself is given by its key alone.

        Raises:
            ValidationError: The model has no such attribute.
        """
        return to_plain(
            self,
            use_column_names=use_column_names,
            include=include,
            exclude=exclude,
            depth=depth,
        )

    def to_json(
        self,
        use_column_names: bool = False,
        include: Iterable[str] | None = None,
        exclude: Iterable[str] | None = None,
        depth: int = 0,
        ensure_ascii: bool = False,
        indent: int | None = None,
    ) -> str:
        """Return `to_dict` as JSON: dates as ISO 8601, durations in seconds, bytes as base64."""
        values = self.to_dict(use_column_names, include, exclude, depth)
        return json.dumps(values, ensure_ascii=ensure_ascii, indent=indent, default=plain_value)


class DeclarativeBase(PureBaseModel):
    """The class form of `declarative_base`: `class Base(DeclarativeBase, storage=storage): ...`."""

    __abstract__: ClassVar[bool] = True


def _map(model: type[PureBaseModel]) -> None:
    """Collect the columns of a model and its bases, and link it to its table."""
    name = getattr(model, "__tablename__", None)
    if not isinstance(name, str) or not name:
        raise ValidationError(
            f"The model {model.__name__} needs a __tablename__ (or __abstract__ = True)."
        )
    columns = _collected_columns(model)
    if not columns:
        raise SchemaError(f"The model {model.__name__} declares no columns.", table_name=name)
    relationships = _collected_relationships(model)
    arguments = [item.of_table(name, columns) for item in model.__table_args__]
    mapper = Mapper(model, name, model.__table_comment__, columns, relationships, arguments)
    model.__columns__ = columns
    model.__relationships__ = relationships
    model.__mapper__ = mapper
    if getattr(model.__init__, "__is_generated__", model.__init__ is PureBaseModel.__init__):
        # Nobody wrote an own one, so calls go straight to the generated code.
        mapper.construct.__is_generated__ = True  # type: ignore[attr-defined]
        model.__init__ = mapper.construct  # type: ignore[method-assign]
    model.__source__ = mapper.source
    model.__primary_key__ = mapper.key[0] if len(mapper.key) == 1 else None
    model.__expressions__ = {
        attribute: mapper.source.c[column.name] for attribute, column in columns.items()
    }
    if getattr(model, "__storage__", None) is None:
        raise ValidationError(
            f"The model {model.__name__} has no storage. Derive it from declarative_base(storage)."
        )
    _bring_into_line(model)
    model.__storage__.models.add(model)


def _bring_into_line(model: type[PureBaseModel]) -> None:
    """Create the model's table, or bring it into line where the base asks for that."""
    if not model.__creates_table__ or is_only_declaring():
        return
    storage, structure = model.__storage__, model.__source__.schema
    storage.ensure_table(structure)
    if model.__sync_options__ is not None and not storage.is_read_only:
        storage.sync_table(structure, model.__sync_options__)


def _collected_columns(model: type[PureBaseModel]) -> dict[str, Column[Any]]:
    columns: dict[str, Column[Any]] = {}
    own = set(vars(model))
    for base in reversed(model.__mro__):
        if not issubclass(PureBaseModel, base):
            declare_annotated(base)
        for name, value in vars(base).items():
            if isinstance(value, Column):
                if base is model:
                    columns[name] = value
                else:
                    columns[name] = value.copy()
                    if name not in own:
                        setattr(model, name, columns[name])
            elif name in columns:
                del columns[name]  # a subclass put something else in its place
    return columns


def _collected_relationships(model: type[PureBaseModel]) -> dict[str, Relationship[Any]]:
    found: dict[str, Relationship[Any]] = {}
    for base in reversed(model.__mro__):
        for name, value in vars(base).items():
            if isinstance(value, Relationship):
                found[name] = value
            else:
                found.pop(name, None)
    for name, declared in found.items():
        found[name] = declared.copy_for(model)
        setattr(model, name, found[name])
    return found
