"""The link between a model class and its table, with the code made once for each model.

Constructors, loaders and parameter extractors are generated as source text, as `dataclasses`
does: they are what every row passes through, and straight-line code is the fastest there is.
Of the names a user chooses only those of attributes become part of the source, and only if they
are identifiers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from keyword import iskeyword
from typing import Any
from uuid import UUID

from pytuck.backends.results import StoredRow, undecodable
from pytuck.common.exceptions import SchemaError, ValidationError
from pytuck.compiler import Template
from pytuck.core.columns import Column, table_from_columns
from pytuck.core.instance_values import (
    BATCH,
    ROWID,
    SESSION,
    as_read,
    container_encoder,
    watched,
)
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
from pytuck.schema import MISSING, Index
from pytuck.types import TYPES, ColumnType, Stored
from pytuck.types.base import DECODE_ERRORS
from pytuck.types.numeric import INTEGER_MAX, INTEGER_MIN

__all__ = ["BATCH", "ROWID", "SESSION", "Attribute", "Batch", "Mapper"]

_PLAIN_CHECKS: dict[type, str] = {
    str: "__type({v}) is __str and {v}.isascii()",
    int: f"__type({{v}}) is __int and {INTEGER_MIN} <= {{v}} <= {INTEGER_MAX}",
    float: "__type({v}) is __float and {v} == {v}",
    bool: "__type({v}) is __bool",
    bytes: "__type({v}) is __bytes",
    datetime: "__type({v}) is __datetime",
    date: "__type({v}) is __date",
    time: "__type({v}) is __time and {v}.tzinfo is None",
    UUID: "__type({v}) is __UUID",
}
"""How generated code recognises a value with nothing to convert; others go the long way."""

Loader = Callable[[Sequence[StoredRow], Any, dict[Any, Any], Any], list[Any]]


class Batch:
    """Instances that came into memory together, so that related objects are read for all.

    Attributes:
        rules: How relationships that are not loaded behave when read, by name; `*` for all.
    """

    __slots__ = ("instances", "rules")

    def __init__(self, instances: list[Any]) -> None:
        self.instances = instances
        self.rules: dict[str, str] = {}

    def rule(self, name: str) -> str | None:
        """Return how a relationship behaves when it is read; None if nothing is said."""
        return self.rules.get(name) or self.rules.get("*") if self.rules else None


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
    """

    def __init__(
        self,
        model: type[Any],
        table: str,
        comment: str | None,
        columns: dict[str, Column[Any]],
        relationships: dict[str, Any] | None = None,
        indexes: Sequence[Index] = (),
    ) -> None:
        self.model = model
        self.relationships = relationships or {}
        _refuse_odd_names(model, [*columns, *self.relationships])
        self.relationship_names = frozenset(self.relationships)
        self._links: tuple[Any, ...] | None = None
        self.attributes = tuple(Attribute(name, column) for name, column in columns.items())
        for column in columns.values():
            column.model = model.__name__
        structure = table_from_columns(table, list(columns.values()), comment, indexes)
        self.source = TableSource(structure)
        self.source.attributes = {name: column.name for name, column in columns.items()}
        self.by_name = {attribute.name: attribute for attribute in self.attributes}
        self.foreign_keys = frozenset(_foreign_key_names(columns, self.relationships))
        self.key = tuple(name for name, column in columns.items() if column.primary_key)
        names = list(columns)
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
        self.construct = self._make_constructor()
        self.load = self._make_loader()
        self.row_of = self._make_row_of()

    @property
    def table(self) -> str:
        """The name of the table."""
        return self.source.name

    @property
    def key_name(self) -> str | None:
        """The one attribute that identifies an instance; None for a key of several."""
        if len(self.key) > 1:
            return None
        return self.key[0] if self.key else ROWID

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

    # --- Generated code ---

    def _make_constructor(self) -> Callable[..., None]:
        """Return the `__init__` of the model, with one keyword argument for each attribute."""
        scope: dict[str, Any] = {
            "__MISSING": MISSING,
            "__take": self._take_others,
            # A column may be called `type` or `str`, so the built-in ones go by other names.
            **{f"__{kind.__name__}": kind for kind in (type, str, int, float, bool, bytes)},
            "__datetime": datetime,
            "__date": date,
            "__time": time,
            "__UUID": UUID,
        }
        arguments = ", ".join(f"{name}=__MISSING" for name in self.by_name)
        lines = [
            f"def __init__(__self, /, *, {arguments}, **__unknown):",
            " __d = __self.__dict__",
        ]
        for number, (name, attribute) in enumerate(self.by_name.items()):
            column = attribute.column
            is_filled_later = name in self.foreign_keys
            scope[f"__fill{number}"] = _filler(column, self.table, is_optional=is_filled_later)
            check = None if column.validators else _plain_check(column.type)
            if check is None:
                lines.append(f" __d[{name!r}] = __fill{number}({name})")
            else:
                plain = check.format(v=name)
                lines.append(f" __d[{name!r}] = {name} if {plain} else __fill{number}({name})")
            if name in self.containers:
                scope["__watched"] = watched
                lines.append(f" __d[{name!r}] = __watched(__d[{name!r}], __self, {name!r})")
        lines.append(" if __unknown: __take(__self, __unknown)")
        return _compiled(lines, scope, "__init__")

    def _make_loader(self) -> Loader:
        """Return the function that makes instances of rows.

        A row holds the columns in the table's order, then the row id if there is no key. An
        instance that is loaded already is brought up to date, unless it has unsaved changes.
        """
        count = len(self.attributes)
        variables = [f"v{number}" for number in range(count)]
        unpacked = [*variables, "rowid"] if not self.key else variables
        scope: dict[str, Any] = {"cls": self.model, "new": self.model.__new__, "Batch": Batch}
        lines = [
            "def load(rows, session, identity, dirty):",
            " out = []",
            " append = out.append",
            " known = identity.get",
            *([" batch = Batch(out)"] if self.relationships else []),
            " for row in rows:",
            f"  {', '.join(unpacked)}, = row",
        ]
        for number, attribute in enumerate(self.attributes):
            decode = attribute.column.type.decode
            if decode is not None:
                scope[f"decode{number}"] = decode
                lines.append(f"  if v{number} is not None: v{number} = decode{number}(v{number})")
        lines += [
            f"  key = {self._key_expression()}",
            "  instance = known(key)",
            "  if instance is None:",
            "   instance = identity[key] = new(cls)",
            "   d = instance.__dict__",
            f"   d[{SESSION!r}] = session",
            "   append(instance)",
            "  else:",
            "   append(instance)",
            "   if dirty and id(instance) in dirty: continue",
            "   d = instance.__dict__",
        ]
        for name, variable in zip(self.by_name, variables, strict=True):
            if name in self.containers:
                lines += [f"  d.pop({name!r}, None)", f"  d[{as_read(name)!r}] = {variable}"]
            else:
                lines.append(f"  d[{name!r}] = {variable}")
        if not self.key:
            lines.append(f"  d[{ROWID!r}] = rowid")
        if self.relationships:
            lines.append(f"  d[{BATCH!r}] = batch")
        lines.append(" return out")
        return _compiled(lines, scope, "load")

    def _make_row_of(self) -> Callable[[Any], tuple[Stored, ...]]:
        scope: dict[str, Any] = {}
        lines = ["def row_of(instance):", " d = instance.__dict__"]
        parts = []
        for number, attribute in enumerate(self.attributes):
            encode = attribute.column.type.encode
            if encode is None:
                parts.append(f"d[{attribute.name!r}]")
                continue
            if attribute.name in self.containers:
                scope[f"encode{number}"] = container_encoder(attribute.name, encode)
                parts.append(f"encode{number}(d)")
                continue
            scope[f"encode{number}"] = encode
            lines.append(f" v{number} = d[{attribute.name!r}]")
            parts.append(f"None if v{number} is None else encode{number}(v{number})")
        lines.append(f" return ({', '.join(parts)},)")
        return _compiled(lines, scope, "row_of")

    def _key_expression(self) -> str:
        if not self.key:
            return "rowid"
        positions = [
            number for number, attribute in enumerate(self.attributes) if attribute.name in self.key
        ]
        parts = ", ".join(f"v{position}" for position in positions)
        return parts if len(positions) == 1 else f"({parts})"

    def _take_others(self, instance: Any, values: dict[str, object]) -> None:
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


def _plain_check(type_: ColumnType[Any]) -> str | None:
    """Return the generated check for values with nothing to convert, if the type has one."""
    is_ordinary = type_ == TYPES.get(type_.python_type)
    return _PLAIN_CHECKS.get(type_.python_type) if is_ordinary else None


def _foreign_key_names(
    columns: dict[str, Column[Any]], relationships: dict[str, Any]
) -> Iterable[str]:
    """Return the attributes that a relationship may fill in when it is flushed."""
    named = {name for declared in relationships.values() for name in declared.foreign_key}
    for name, column in columns.items():
        if column.foreign_key is not None or name in named or column.name in named:
            yield name


def _filler(column: Column[Any], table: str, *, is_optional: bool) -> Callable[[object], object]:
    """Return the long way to a value: defaults, None, conversion and validators.

    Args:
        is_optional: Nothing need be given, since a relationship may give the value later.
    """

    def fill(value: object) -> object:
        if value is MISSING:
            if column.has_default:
                return column.convert(column.resolve_default(), table)
            if column.nullable or column.primary_key or is_optional:
                return None
            raise ValidationError(
                f"Missing required column '{column.attribute}' of table '{table}' "
                f"({column.model}).",
                table_name=table,
                column_name=column.name,
            )
        return column.convert(value, table)

    return fill


def _compiled(lines: list[str], scope: dict[str, Any], name: str) -> Callable[..., Any]:
    exec(compile("\n".join(lines), f"<pytuck {name}>", "exec"), scope)  # noqa: S102 - see above
    function: Callable[..., Any] = scope[name]
    return function
