"""`Mapped[...]` annotations: columns and relationships declared by their types."""

from __future__ import annotations

import ast
import inspect
import sys
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, get_args, get_origin, overload

from pytuck.common.exceptions import SchemaError
from pytuck.core.columns import Column
from pytuck.core.foreign_keys import ForeignKey
from pytuck.core.relationships import Relationship
from pytuck.query import Expression
from pytuck.types import ColumnType

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")


class Mapped(Generic[T]):
    """The type of a mapped attribute: on an instance a `T`, on the class an expression of it.

    `name: Mapped[str]` is a column that must have a value, `name: Mapped[str | None]` one that
    may be empty; `= mapped_column(...)` says more. `orders: Mapped[list["Order"]] =
    relationship(...)` is a relationship. It is never instantiated.
    """

    if TYPE_CHECKING:

        @overload
        def __get__(self, instance: None, owner: type) -> Expression[T]: ...
        @overload
        def __get__(self, instance: object, owner: type) -> T: ...
        def __get__(self, instance: object, owner: type) -> Any: ...
        def __set__(self, instance: object, value: T) -> None: ...


class ColumnOptions:
    """What `mapped_column` says of a column whose type is in the annotation."""

    def __init__(self, col_type: Any, options: dict[str, Any]) -> None:
        self.col_type = col_type
        self.options = options


def mapped_column(
    col_type: type[Any] | ColumnType[Any] | None = None,
    *,
    name: str | None = None,
    nullable: bool | None = None,
    primary_key: bool = False,
    index: bool | Literal["hash", "sorted"] = False,
    unique: bool = False,
    default: Any = None,
    default_factory: Callable[[], Any] | None = None,
    foreign_key: ForeignKey | tuple[str, str] | str | None = None,
    autoincrement: bool = False,
    comment: str | None = None,
    strict: bool = False,
    validator: Callable[[Any], object] | Sequence[Callable[[Any], object]] | None = None,
    version: bool = False,
    onupdate: Any = None,
) -> Any:
    """Return the options of a column declared by a `Mapped[...]` annotation; see `Column`.

    Args:
        col_type: The type, if it is not the annotation's.
        nullable: Whether None is allowed; follows from the annotation if not given.
    """
    options: dict[str, Any] = {
        "name": name,
        "nullable": nullable,
        "primary_key": primary_key,
        "index": index,
        "unique": unique,
        "default": default,
        "default_factory": default_factory,
        "foreign_key": foreign_key,
        "autoincrement": autoincrement,
        "comment": comment,
        "strict": strict,
        "validator": validator,
        "version": version,
        "onupdate": onupdate,
    }
    return ColumnOptions(col_type, options)


def declare_annotated(owner: type) -> None:
    """Make columns, and complete relationships, of a class's own `Mapped[...]` annotations.

    Raises:
        SchemaError: An annotation is no type of a column, or `mapped_column` has no annotation.
    """
    annotations = inspect.get_annotations(owner)
    for name, annotation in annotations.items():
        inside = _inside_of_mapped(annotation, owner)
        value = owner.__dict__.get(name)
        if inside is None or isinstance(value, Column):
            continue
        if isinstance(value, Relationship):
            value.take_target(*_target_of(inside, owner))
            continue
        options = value if isinstance(value, ColumnOptions) else ColumnOptions(None, {})
        column = _column(owner, name, inside, options)
        setattr(owner, name, column)
        column.__set_name__(owner, name)
    for name, value in list(owner.__dict__.items()):
        if isinstance(value, ColumnOptions):
            raise SchemaError(
                f"{owner.__name__}.{name} = mapped_column(...) needs an annotation: "
                f"{name}: Mapped[...]. Without one, use Column(type, ...)."
            )


def _column(owner: type, name: str, inside: Any, options: ColumnOptions) -> Column[Any]:
    declared, is_optional = _without_none(_evaluated(inside, owner, name))
    given = dict(options.options)
    nullable = given.pop("nullable", None)
    kind = options.col_type or get_origin(declared) or declared
    return Column(kind, nullable=is_optional if nullable is None else nullable, **given)


def _inside_of_mapped(annotation: Any, owner: type) -> Any:
    """Return what stands in the brackets of `Mapped[...]`: a type, or its source text."""
    if get_origin(annotation) is Mapped:
        return get_args(annotation)[0]
    if not isinstance(annotation, str):
        return None
    tree = ast.parse(annotation, mode="eval").body
    if not isinstance(tree, ast.Subscript):
        return None
    name = tree.value.attr if isinstance(tree.value, ast.Attribute) else None
    name = tree.value.id if isinstance(tree.value, ast.Name) else name
    if name != Mapped.__name__:
        return None
    inside = tree.slice
    is_text = isinstance(inside, ast.Constant) and isinstance(inside.value, str)
    return inside.value if is_text else ast.unparse(inside)  # type: ignore[attr-defined]


def _evaluated(inside: Any, owner: type, name: str) -> Any:
    if not isinstance(inside, str):
        return inside
    module = vars(sys.modules[owner.__module__])
    try:
        # The program's own annotation, as `typing.get_type_hints` evaluates it.
        return eval(inside, dict(module), dict(vars(owner)))  # noqa: S307
    except (NameError, SyntaxError, TypeError) as err:
        raise SchemaError(
            f"{owner.__name__}.{name}: the annotation Mapped[{inside}] is no type that is known "
            f"where the model is defined: {err}"
        ) from err


def _without_none(declared: Any) -> tuple[Any, bool]:
    """Return a type without `| None`, and whether that was there."""
    parts = [part for part in get_args(declared) if part is not type(None)]
    if len(parts) == len(get_args(declared)) or len(parts) != 1:
        return declared, False
    return parts[0], True


def _target_of(inside: Any, owner: type) -> tuple[Any, bool]:
    """Return the class, or its name, that a relationship's annotation names, and if it is a list."""
    if not isinstance(inside, str):
        declared, _ = _without_none(inside)
        is_list = get_origin(declared) is list
        target = get_args(declared)[0] if is_list else declared
        return getattr(target, "__forward_arg__", target), is_list
    tree: ast.expr = ast.parse(inside, mode="eval").body
    is_list = False
    while True:
        if isinstance(tree, ast.Constant) and isinstance(tree.value, str):
            tree = ast.parse(tree.value, mode="eval").body
        elif isinstance(tree, ast.BinOp):  # Order | None
            is_none = isinstance(tree.left, ast.Constant) and tree.left.value is None
            tree = tree.right if is_none else tree.left
        elif isinstance(tree, ast.Subscript):  # list[Order], Optional[Order]
            is_list = is_list or ast.unparse(tree.value).split(".")[-1] in ("list", "List")
            tree = tree.slice
        else:
            return ast.unparse(tree).split(".")[-1], is_list
