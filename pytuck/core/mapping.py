"""The link between a model class and its table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from keyword import iskeyword
from typing import Any

from pytuck.backends.results import StoredRow, undecodable
from pytuck.common.exceptions import SchemaError, ValidationError
from pytuck.compiler import Template
from pytuck.core.columns import Column, table_from_columns
from pytuck.core.generated_code import make_constructor, make_loader, make_row_of
from pytuck.core.instance_values import BATCH, ROWID, SESSION, as_read
from pytuck.core.loading import Batch
from pytuck.query import (
    Condition,
    Select,
    TableSource,
    and_,
    func,
    literal,
    nodes,
    or_,
    select,
)
from pytuck.schema import ForeignKey, Index
from pytuck.types import Stored
from pytuck.types.base import DECODE_ERRORS
from pytuck.types.numeric import INTEGER_MAX, INTEGER_MIN

__all__ = ["BATCH", "ROWID", "SESSION", "Attribute", "Batch", "Mapper"]


@dataclass(frozen=True)
class Attribute:
    """One attribute of a model and its column."""

    name: str
    column: Column[Any]


class Mapper:
    """Everything known about one model class.

    Attributes:
        attributes: The mapped attributes, in the order of the table's columns.
        source: The table as statements see it.
        key: Names of the attributes of the primary key; empty if there is none.
        key_name: The one attribute that identifies an instance; None for a key of several.
        key_places: Where the key stands in a stored row; behind the columns if it is a row id.
        has_allocated_key: The primary key is the row id, which is given on insert.
        containers: Names of the attributes that hold lists or dictionaries.
        first_value: The entry that instances have unless they are expired; None if all is key.
        version: The name of the attribute that counts the row's changes; None if none does.
        onupdate: Names of the attributes that get a new value with each change of a row.
        refers_to: The tables that foreign keys lead to.
        highest_row_id: The question for the highest row id in use.
        templates: The compiled statements of the unit of work, by what they do.
        construct: The `__init__` of the model.
        load: Turns stored rows into instances, one for each key.
        row_of: Returns the stored values of an instance, one for each attribute.
        relationships: The model's relationships by name.
        relationship_names: The same names as a set, to find out fast whether any is loaded.
        stale: Why the model does not fit its table any more; None while it does.
    """

    def __init__(
        self,
        model: type[Any],
        table: str,
        comment: str | None,
        columns: dict[str, Column[Any]],
        relationships: dict[str, Any] | None = None,
        arguments: Sequence[Index | ForeignKey] = (),
    ) -> None:
        self.model = model
        self.stale: str | None = None
        self.relationships = relationships or {}
        _refuse_odd_names(model, [*columns, *self.relationships])
        self.relationship_names = frozenset(self.relationships)
        self._links: tuple[Any, ...] | None = None
        self.attributes = tuple(Attribute(name, column) for name, column in columns.items())
        for column in columns.values():
            column.model = model.__name__
        structure = table_from_columns(
            table,
            list(columns.values()),
            comment,
            [item for item in arguments if isinstance(item, Index)],
            [item for item in arguments if isinstance(item, ForeignKey)],
        )
        self.source = TableSource(structure)
        self.source.attributes = {name: column.name for name, column in columns.items()}
        self.by_name = {attribute.name: attribute for attribute in self.attributes}
        self.foreign_keys = frozenset(_foreign_key_names(columns, self.relationships))
        self.key = tuple(name for name, column in columns.items() if column.primary_key)
        names = list(columns)
        self.key_name = None if len(self.key) > 1 else self.key[0] if self.key else ROWID
        self.key_places = tuple(map(names.index, self.key)) or (len(names),)
        self.has_allocated_key = self.source.schema.rowid_alias is not None
        self.containers = frozenset(
            name for name, column in columns.items() if column.type.python_type in (list, dict)
        )
        self.first_value = next(
            (
                as_read(name) if name in self.containers else name
                for name, column in columns.items()
                if not column.primary_key
            ),
            None,
        )
        self.version = _version_of(model, columns)
        self.onupdate = tuple(
            name for name, column in columns.items() if column.onupdate is not None
        )
        self.refers_to = frozenset(key.target_table for key in self.source.schema.foreign_keys)
        has_row_id = self.has_allocated_key or not self.key
        self.highest_row_id: Select[int] = select(
            func.max(self.source.rowid) if has_row_id else literal(None)
        )
        single = columns[self.key[0]].type if len(self.key) == 1 else None
        self._encode_key = None if single is None else single.encode
        self.templates: dict[Any, Template] = {}
        self.construct = make_constructor(self)
        self.load = make_loader(self)
        self.row_of = make_row_of(self)

    @property
    def table(self) -> str:
        """The name of the table."""
        return self.source.name

    @property
    def links(self) -> tuple[Any, ...]:
        """The relationships as they are once the targets are known."""
        if self._links is None:
            self._links = tuple(declared.link for declared in self.relationships.values())
        return self._links

    @property
    def has_eager_relationships(self) -> bool:
        """Whether the model declares relationships that are always loaded with it."""
        return any(item.lazy in ("selectin", "joined") for item in self.relationships.values())

    def key_of(self, instance: Any) -> Any:
        """Return what identifies an instance: its key, a tuple of several, or its row id."""
        values = instance.__dict__
        name = self.key_name
        if name is not None:
            return values.get(name)
        return tuple(values.get(part) for part in self.key)

    def key_before(self, instance: Any, before: dict[str, Any]) -> Any:
        """Return what identified an instance when some of its values were `before`."""
        if not before or not any(name in before for name in self.key):
            return self.key_of(instance)
        parts = tuple(before.get(name, instance.__dict__.get(name)) for name in self.key)
        return parts[0] if len(parts) == 1 else parts

    def stored_key(self, key: Any) -> tuple[Stored, ...]:
        """Return the stored values of a key, for the condition of a statement."""
        if self._encode_key is not None:
            return (self._encode_key(key),)
        if len(self.key) < 2:
            return (key,)
        return tuple(
            self.by_name[name].column.type.to_storage(part)
            for name, part in zip(self.key, key, strict=True)
        )

    def convert_key(self, key: Any) -> Any:
        """Return a key given by the user as the values of the key's columns.

        Raises:
            ValidationError: It has another number of parts, or a part does not fit.
        """
        if type(key) is int and self.has_allocated_key and INTEGER_MIN <= key <= INTEGER_MAX:
            return key
        parts = key if isinstance(key, (tuple, list)) and len(self.key) > 1 else (key,)
        if len(parts) != len(self.key):
            raise ValidationError(
                f"The primary key of {self.model.__name__} is ({', '.join(self.key)}); "
                f"{key!r} does not fit.",
                table_name=self.table,
            )
        converted = tuple(
            self.by_name[name].column.convert(part, self.table)
            for name, part in zip(self.key, parts, strict=True)
        )
        return converted if len(converted) > 1 else converted[0]

    def encoder(self, name: str | None) -> Callable[[Any], Stored] | None:
        """Return what gives the stored form of an attribute's value; None where it is the value."""
        attribute = self.by_name.get(name or "")
        if attribute is None:
            return None
        column = attribute.column
        if attribute.name in self.containers:
            # They may have been changed in place, past every check.
            return lambda value: column.type.to_storage(column.convert(value, self.table))
        return column.type.encode

    def any_of(self, keys: Iterable[Any]) -> nodes.Node:
        """Return the condition that a row has one of these keys."""
        if len(self.key) > 1:
            return or_(*(self._has(key) for key in keys)).node
        if not self.key:
            return self.source.rowid.in_(keys).node
        return self.source.c[self.by_name[self.key[0]].column.name].in_(keys).node

    def _has(self, key: tuple[Any, ...]) -> Condition:
        names = (self.by_name[name].column.name for name in self.key)
        return and_(*(self.source.c[name] == part for name, part in zip(names, key, strict=True)))

    def read(
        self,
        template: Template,
        rows: Sequence[StoredRow],
        session: Any,
        identity: dict[Any, Any],
        dirty: Any,
    ) -> list[Any]:
        """Return the instances of rows, made once for each key.

        Args:
            identity: The instances loaded so far, by key; new ones are added.
            dirty: Contains the `id` of instances with unsaved changes, which stay as they are.

        Raises:
            SerializationError: A stored value is not of its column's type.
        """
        try:
            return self.load(rows, session, identity, dirty)
        except DECODE_ERRORS as err:
            raise undecodable(template, rows) from err

    def take_others(self, instance: Any, values: dict[str, object]) -> None:
        """Set relationships given to the constructor, and refuse what else there is."""
        unknown = [name for name in values if name not in self.relationships]
        if unknown:
            self._refuse_unknown(unknown)
        for name, value in values.items():
            self.relationships[name].assign(instance, value)

    def _refuse_unknown(self, unknown: list[str]) -> None:
        names = ", ".join(f"'{name}'" for name in unknown)
        known = ", ".join([*self.by_name, *self.relationships])
        raise ValidationError(
            f"{self.model.__name__} has no column {names}. Its columns are: {known}.",
            table_name=self.table,
            column_name=unknown[0],
        )


def _version_of(model: type[Any], columns: dict[str, Column[Any]]) -> str | None:
    names = [name for name, column in columns.items() if column.version]
    if len(names) > 1:
        raise SchemaError(f"{model.__name__} has several version columns: {', '.join(names)}.")
    return names[0] if names else None


def _refuse_odd_names(model: type[Any], names: Iterable[str]) -> None:
    for name in names:
        if not name.isidentifier() or iskeyword(name) or name.startswith("__"):
            raise SchemaError(
                f"{model.__name__}.{name} is no name for a mapped attribute. Choose a plain one "
                "and give the column's own name as Column(..., name=...)."
            )


def _foreign_key_names(
    columns: dict[str, Column[Any]], relationships: dict[str, Any]
) -> Iterable[str]:
    """Return the attributes that a relationship may fill in when it is flushed."""
    named = {name for declared in relationships.values() for name in declared.foreign_key}
    for name, column in columns.items():
        if column.foreign_key is not None or name in named or column.name in named:
            yield name
