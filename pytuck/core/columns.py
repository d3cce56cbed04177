"""What a model class declares: its columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Generic, Literal, Self, TypeVar, cast, overload

from pytuck import schema
from pytuck.common.exceptions import (
    PytuckException,
    SchemaError,
    TypeConversionError,
    ValidationError,
)
from pytuck.core.foreign_keys import ForeignKey, column_names, foreign_key_of
from pytuck.core.instance_values import missing_value
from pytuck.query import Expression
from pytuck.schema import MISSING
from pytuck.types import TYPE_CODES, ColumnType, type_of
from pytuck.types.base import short_repr, shortened

T = TypeVar("T")
Validator = Callable[[Any], object]


class Column(Generic[T]):
    """A column of a model.

    On the class the attribute is an expression (`User.age >= 18`), on an instance the value.

    Args:
        col_type: A Python class such as `int`, an `Enum` class, or a column type.
        name: The column's name in the database; the attribute's name if not given.
        nullable: Whether None is allowed.
        primary_key: The column is the primary key, or a part of it.
        index: Make an index on it. `"hash"` and `"sorted"` mean the same here.
        unique: No two rows may have the same value.
        default: What a new instance gets if nothing is given; a callable is called each time.
        default_factory: A callable, as the older form of `default`.
        foreign_key: `("table", "column")` or `"table.column"` that the values must stand in, or a
            `ForeignKey`, which says what happens when that changes.
        autoincrement: Never give the key of a deleted row again.
        comment: A comment kept in the file.
        strict: Refuse values of another type instead of converting them.
        validator: One or more functions; a value is refused if one returns False or raises.
        version: The column counts the changes of its row, from 1 on, and no session overwrites
            a change of somebody else that it has not seen (`StaleDataError`).
        onupdate: What an instance gets whenever it is written with other changes; a callable is
            called each time.

    Raises:
        ValidationError: The declaration contradicts itself.
    """

    def __init__(
        self,
        col_type: type[T] | ColumnType[T],
        *,
        name: str | None = None,
        nullable: bool = True,
        primary_key: bool = False,
        index: bool | Literal["hash", "sorted"] = False,
        unique: bool = False,
        default: T | Callable[[], T] | None = None,
        default_factory: Callable[[], T] | None = None,
        foreign_key: ForeignKey | tuple[str, str] | str | None = None,
        autoincrement: bool = False,
        comment: str | None = None,
        strict: bool = False,
        validator: Validator | Sequence[Validator] | None = None,
        version: bool = False,
        onupdate: T | Callable[[], T] | None = None,
    ) -> None:
        if index not in (False, True, "hash", "sorted"):
            raise ValidationError(
                f"Unsupported index type {index!r}; use True, 'hash' or 'sorted'."
            )
        if default is not None and default_factory is not None:
            raise ValidationError("A column has a default or a default_factory, not both.")
        self.type = type_of(col_type)
        self.name = name or ""
        self.nullable = nullable and not primary_key
        self.primary_key = primary_key
        self.index = index
        self.unique = unique
        self.factory = default_factory or (default if callable(default) else None)
        self.default = None if callable(default) else default
        self.references = foreign_key_of(foreign_key)
        self.foreign_key = self.references.target if self.references is not None else None
        self.autoincrement = autoincrement
        self.comment = comment
        self.strict = strict
        self.validators = _validators(validator)
        self.version = version
        self.onupdate = onupdate
        if version and self.type.python_type is not int:
            raise ValidationError(
                "A version column counts; declare it as Column(int, version=True)."
            )
        self.attribute = ""
        self.model = ""

    def __set_name__(self, owner: type, attribute: str) -> None:
        self.attribute = attribute
        self.name = self.name or attribute

    @overload
    def __get__(self, instance: None, owner: type) -> Expression[T]: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object, owner: type) -> Any:
        # Values stand in the instance's own dictionary and are found there first, so an
        # instance arrives here only if it has none for this column.
        if instance is not None:
            return missing_value(instance, self.attribute)
        expressions: dict[str, Expression[T]] | None = getattr(owner, "__expressions__", None)
        if not expressions:
            return self  # an abstract base or a mixin: there is no table yet
        return expressions[self.attribute]

    def __repr__(self) -> str:
        return (
            f"Column(name={self.name!r}, type={self.type.python_type.__name__}, "
            f"pk={self.primary_key})"
        )

    @property
    def has_default(self) -> bool:
        """Whether an instance gets a value where none is given."""
        return self.default is not None or self.factory is not None

    def resolve_default(self) -> T | None:
        """Return the value of an instance for which none is given."""
        return self.factory() if self.factory is not None else self.default

    def resolve_onupdate(self) -> T | None:
        """Return the value an instance gets when it is written with other changes."""
        return self.onupdate() if callable(self.onupdate) else self.onupdate

    def convert(self, value: object, table: str | None = None) -> T | None:
        """Return `value` as the column holds it.

        Raises:
            ValidationError: It is None in a column that must have a value, a validator refuses
                it, or (`TypeConversionError`) it cannot be converted.
        """
        if value is None:
            if self.nullable or self.primary_key:
                return None
            raise ValidationError(
                f"Column {self._label(table)} must have a value.",
                table_name=table,
                column_name=self.name,
            )
        try:
            converted = self.type.convert(value, strict=self.strict)
        except TypeConversionError as err:
            raise TypeConversionError(
                f"Column {self._label(table)}: {err.message}",
                value=value,
                target_type=self.type.python_type,
                table_name=table,
                column_name=self.name,
            ) from err
        for validate in self.validators:
            self._validate(validate, converted, table)
        return converted  # type: ignore[no-any-return]

    def definition(self) -> schema.Column:
        """Return the column as part of a table's structure."""
        is_constant = self.default is not None
        return schema.Column(
            self.name,
            self.type,
            nullable=self.nullable,
            primary_key=self.primary_key,
            default=self.type.convert(self.default) if is_constant else MISSING,
            unique=self.unique,
            autoincrement=self.autoincrement,
            comment=self.comment,
        )

    @classmethod
    def of_table(cls, table: schema.Table, column: schema.Column) -> Column[Any]:
        """Return the declaration of a column that stands in a database."""
        keys = (key for key in table.foreign_keys if key.columns == (column.name,))
        # One to a table that is not there leads to no known column.
        target = next((key for key in keys if key.target_columns), None)
        declared: Column[Any] = cls(
            column.type,
            name=column.name,
            nullable=column.nullable,
            primary_key=column.primary_key,
            index=any(index.columns == (column.name,) for index in table.indexes),
            unique=column.unique,
            default=None if column.default is MISSING else cast(Any, column.default),
            foreign_key=None if target is None else _references(target),
            autoincrement=column.autoincrement,
            comment=column.comment,
        )
        declared.attribute = column.name
        return declared

    @property
    def col_type(self) -> type:
        """The Python class of the values."""
        return self.type.python_type

    def to_dict(self) -> dict[str, Any]:
        """Return the declaration as plain data."""
        return {
            "name": self.name,
            "type": self.col_type.__name__,
            "type_code": TYPE_CODES.get(self.col_type, 0),
            "nullable": self.nullable,
            "primary_key": self.primary_key,
            "index": self.index,
            "default": self.default,
            "foreign_key": self.foreign_key,
            "comment": self.comment,
        }

    def validate(self, value: object) -> T | None:
        """Return `value` as the column holds it; see `convert`."""
        return self.convert(value)

    def copy(self) -> Self:
        """Return the same declaration, for a subclass that takes it over."""
        twin = type(self).__new__(type(self))
        twin.__dict__.update(self.__dict__)
        return twin

    def _validate(self, validate: Validator, value: object, table: str | None) -> None:
        cause, reason = None, ""
        try:
            if validate(value) is not False:
                return
        except PytuckException:
            raise
        except Exception as err:  # noqa: BLE001 - the user's code refuses in whatever way it likes
            cause, reason = err, f": {shortened(str(err)) or type(err).__name__}"
        raise ValidationError(
            f"Column {self._label(table)} refuses {short_repr(value)}{reason}.",
            table_name=table,
            column_name=self.name,
        ) from cause

    def _label(self, table: str | None) -> str:
        """Return the column's name with its table and its model, for messages."""
        name = f"'{table}.{self.name}'" if table else f"'{self.name}'"
        return f"{name} ({self.model}.{self.attribute})" if self.model else name


class Index:
    """An index on several columns of a model, for its `__table_args__`.

    Args:
        columns: Names of attributes or columns.
        name: The name of the index; made of those of the columns if not given.
        unique: No two rows may have the same values in all the columns, NULLs excepted.
    """

    def __init__(self, *columns: str, name: str | None = None, unique: bool = False) -> None:
        if not columns:
            raise ValidationError("An index needs the names of its columns.")
        self.columns = columns
        self.name = name
        self.unique = unique

    def of_table(self, table: str, columns: Mapping[str, Column[Any]]) -> schema.Index:
        """Return the index as part of a table's structure.

        Raises:
            SchemaError: The model has no such attribute.
        """
        names = column_names(table, columns, self.columns)
        own_name = self.name or schema.index_name(table, names, is_unique=self.unique)
        return schema.Index(own_name, names, is_unique=self.unique)


class UniqueConstraint(Index):
    """Columns of which no two rows may have the same values, for a model's `__table_args__`.

    Without a name it is a rule of the table itself, where the database has such rules.
    """

    def __init__(self, *columns: str, name: str | None = None) -> None:
        super().__init__(*columns, name=name, unique=True)

    def of_table(self, table: str, columns: Mapping[str, Column[Any]]) -> schema.Index:
        index = super().of_table(table, columns)
        return replace(index, is_constraint=self.name is None)


def table_from_columns(
    name: str,
    columns: Sequence[Column[Any]],
    comment: str | None = None,
    indexes: Sequence[schema.Index] = (),
    foreign_keys: Sequence[schema.ForeignKey] = (),
) -> schema.Table:
    """Return the structure of the table that these columns describe.

    Raises:
        SchemaError: Two columns have the same name.
    """
    key = tuple(column.name for column in columns if column.primary_key)
    key_columns = [column for column in columns if column.primary_key]
    is_rowid = len(key_columns) == 1 and key_columns[0].type == type_of(int)
    _refuse_twins(name, columns)
    return schema.Table(
        name,
        tuple(column.definition() for column in columns),
        primary_key=key,
        foreign_keys=tuple(
            column.references.of_column(column.name)
            for column in columns
            if column.references is not None
        )
        + tuple(foreign_keys),
        indexes=tuple(
            schema.Index(schema.index_name(name, (column.name,)), (column.name,))
            for column in columns
            if column.index and not column.unique and not column.primary_key
        )
        + tuple(indexes),
        comment=comment,
        rowid_alias=key[0] if is_rowid else None,
    )


def _refuse_twins(table: str, columns: Sequence[Column[Any]]) -> None:
    seen: set[str] = set()
    for column in columns:
        if column.name.lower() in seen:  # SQLite does not tell `a` from `A` in names
            raise SchemaError(
                f"Table '{table}' has two columns named '{column.name}' (upper and lower case "
                "are the same here). Rename one.",
                table_name=table,
            )
        seen.add(column.name.lower())


def _references(key: schema.ForeignKey) -> ForeignKey:
    return ForeignKey(
        (key.target_table, key.target_columns[0]),
        on_delete=key.on_delete,
        on_update=key.on_update,
    )


def _validators(validator: Validator | Sequence[Validator] | None) -> tuple[Validator, ...]:
    if validator is None:
        return ()
    return (validator,) if callable(validator) else tuple(validator)
