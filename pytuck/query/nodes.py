"""The plain elements of an expression: frozen, structurally equal, without behaviour.

Operators live on `expressions.Expression`, because `User.age == 1` must build a node while two
nodes must be comparable. The fields of a node stand in the order in which the compiler writes
them; it relies on that to number the parameters.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar
from typing import Literal as OneOf

from pytuck.types import ColumnType, Stored

ComparisonOperator = OneOf["=", "!=", "<", "<=", ">", ">=", "is", "is not"]
TextMatchKind = OneOf["contains", "startswith", "endswith"]


class Node:
    """The base of every element; each kind is a frozen dataclass."""

    __slots__ = ()
    __match_args__: ClassVar[tuple[str, ...]] = ()


@dataclass(frozen=True, slots=True)
class TableRef(Node):
    """A table or view by name."""

    name: str


@dataclass(frozen=True, slots=True)
class ColumnRef(Node):
    """A column of a source.

    Attributes:
        source: The name or alias of the table in this statement.
    """

    source: str
    name: str
    type: ColumnType[Any]
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Part of every cache key, so it is computed once.
        object.__setattr__(self, "_hash", hash((self.source, self.name)))

    def __hash__(self) -> int:
        return self._hash


@dataclass(frozen=True, slots=True)
class RowIdRef(Node):
    """The hidden row id of a table.

    Attributes:
        name: The name under which SQL reaches it; a column may have taken `rowid`.
    """

    source: str
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Literal(Node):
    """A value, as it is stored; it becomes a parameter, never SQL text.

    Equality includes the class of the value: 1, 1.0 and True are three different literals.
    """

    stored: Stored
    type: ColumnType[Any]

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Literal)
            and type(self.stored) is type(other.stored)
            and self.stored == other.stored
            and self.type == other.type
        )

    def __hash__(self) -> int:
        return hash((type(self.stored), self.stored))


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """Two values compared. `is` and `is not` treat NULL as a value like any other."""

    left: Node
    operator: ComparisonOperator
    right: Node


@dataclass(frozen=True, slots=True)
class Row(Node):
    """Several values compared together, the first that differs deciding."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class And(Node):
    """All of the conditions. Of none: true."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or(Node):
    """Any of the conditions. Of none: false."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not(Node):
    """The opposite of a condition; unknown stays unknown."""

    item: Node


@dataclass(frozen=True, slots=True)
class IsNull(Node):
    """Whether a value is NULL."""

    item: Node
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class In(Node):
    """Whether a value is one of a list. In the empty list is nothing, not even NULL."""

    item: Node
    values: tuple[Literal, ...]
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class Between(Node):
    """Whether a value lies between two others, both included."""

    item: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class Like(Node):
    """Whether text matches a pattern of `%` (any text) and `_` (any character).

    Attributes:
        escape: The character that makes the next one of the pattern literal, or None.
        ignores_case: Compare case-blind, for all of Unicode.
    """

    item: Node
    pattern: Literal
    escape: str | None = None
    ignores_case: bool = False


@dataclass(frozen=True, slots=True)
class TextMatch(Node):
    """Whether text contains, starts or ends with another; case-sensitive."""

    kind: TextMatchKind
    item: Node
    part: Node


@dataclass(frozen=True, slots=True)
class Function(Node):
    """A function of the database called by name; no arguments in `count()` mean every row."""

    name: str
    arguments: tuple[Node, ...]
    type: ColumnType[Any]


@dataclass(frozen=True, slots=True)
class Preview(Node):
    """A value as it is, or the beginning of a text or blob that is long.

    Attributes:
        whole_bytes: Up to this size a value is given whole.
        preview_length: How many characters or bytes of a longer one.
        readable_bytes: From this size on not even the beginning is read: it is NULL.
    """

    item: Node
    whole_bytes: int
    preview_length: int
    readable_bytes: int


@dataclass(frozen=True, slots=True)
class LongSize(Node):
    """The size in bytes of a text or blob that is longer than `whole_bytes`; else NULL."""

    item: Node
    whole_bytes: int


@dataclass(frozen=True, slots=True)
class Labelled(Node):
    """An expression with a name of its own in the result."""

    item: Node
    name: str


@dataclass(frozen=True, slots=True)
class Order(Node):
    """One key to sort by. NULLs come first when ascending, last when descending.

    Attributes:
        nulls: Where NULLs go if not there.
    """

    item: Node
    is_descending: bool = False
    nulls: OneOf["first", "last"] | None = None
