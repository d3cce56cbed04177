"""The plain elements of an expression: frozen, structurally equal, without behaviour.

Operators live on `expressions.Expression`, because `User.age == 1` must build a node while two
nodes must be comparable. The fields of a node stand in the order in which the compiler writes
them; it relies on that to number the parameters.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar
from typing import Literal as OneOf

from pytuck.types import ColumnType, Stored

ComparisonOperator = OneOf["=", "!=", "<", "<=", ">", ">=", "is", "is not"]
TextMatchKind = OneOf["contains", "startswith", "endswith"]
ArithmeticOperator = OneOf["+", "-", "*", "/", "//", "%", "||"]
JoinKind = OneOf["inner", "left", "right", "full", "cross"]
CompoundOperator = OneOf["union", "union all", "intersect", "except"]
FrameKind = OneOf["rows", "range"]
JsonForm = OneOf["json", "value", "text", "integer", "float", "boolean"]

_type_keys: dict[ColumnType[Any], str] = {}
_numbers = count()


def type_key(type_: ColumnType[Any]) -> str:
    """Return a short text that is the same for equal types only; part of the cache keys."""
    try:
        return type_.__dict__["_key"]  # type: ignore[no-any-return]
    except KeyError:
        key = _type_keys.setdefault(type_, f"{next(_numbers)}")
        type_.__dict__["_key"] = key
        return key


class Node:
    """The base of every element; each kind is a frozen dataclass."""

    __slots__ = ()
    __match_args__: ClassVar[tuple[str, ...]] = ()


class Question(Node):
    """What can be asked: the base of a select and of a compound of several."""

    __slots__ = ()

    if TYPE_CHECKING:
        # Fields of dataclasses below; a real property here would become their default.

        @property
        def columns(self) -> tuple[Node, ...]:
            """What each row of the answer holds."""

        @property
        def first_type(self) -> ColumnType[Any]:
            """The type of the first value of each row."""


# --- What a statement reads from ---


class SourceNode(Node):
    """The base of what can stand in FROM under a name of its own.

    Attributes:
        label: That name: the one by which columns refer to it.
    """

    __slots__ = ()

    if TYPE_CHECKING:

        @property
        def label(self) -> str:
            """The name by which columns refer to it."""


@dataclass(frozen=True, slots=True)
class TableRef(SourceNode):
    """A table or view by name, maybe under another one.

    Attributes:
        shape: What identifies it among others, for the cache of compiled statements.
    """

    name: str
    alias: str | None = None
    shape: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Part of most cache keys, so it is computed once.
        shape = repr(self.name) if self.alias is None else f"{self.name!r} as {self.alias!r}"
        object.__setattr__(self, "shape", shape)

    @property
    def label(self) -> str:
        """The name by which columns refer to it."""
        return self.name if self.alias is None else self.alias


@dataclass(frozen=True, slots=True)
class SubqueryRef(SourceNode):
    """The answer to a question, used as a table."""

    statement: Question
    label: str


@dataclass(frozen=True, slots=True)
class CteRef(SourceNode):
    """A question with a name at the beginning of the statement (`WITH`).

    Inside a recursive one, an element of the same name stands for the rows found so far.

    Attributes:
        columns: The names of its columns.
        alias: The name under which it is read, if that is another one.
    """

    name: str
    statement: Question
    columns: tuple[str, ...]
    is_recursive: bool = False
    alias: str | None = None

    @property
    def label(self) -> str:
        """The name by which columns refer to it."""
        return self.name if self.alias is None else self.alias


@dataclass(frozen=True, slots=True)
class Join(Node):
    """Two sources side by side; `condition` says which rows belong together."""

    left: Node
    right: SourceNode
    kind: JoinKind
    condition: Node | None = None


# --- Values ---


@dataclass(frozen=True, slots=True)
class ColumnRef(Node):
    """A column of a source.

    Attributes:
        source: The name or alias of the table in this statement.
        origin: The source, where it is not just the table of that name.
        home: What it was taken from, with all its columns and keys; None if that is not known.
        shape: What identifies the column among others, for the cache of compiled statements.
    """

    source: str
    name: str
    type: ColumnType[Any]
    origin: SourceNode | None = field(default=None, compare=False, repr=False)
    home: Any = field(default=None, compare=False, repr=False)
    shape: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Part of every cache key, so it is computed once.
        shape = f"{self.source!r}.{self.name!r}:{type_key(self.type)}"
        if isinstance(self.origin, TableRef):
            shape += f" of {self.origin.name!r}"  # another table may have the same alias
        object.__setattr__(self, "shape", shape)

    def __hash__(self) -> int:
        return hash((self.source, self.name))


@dataclass(frozen=True, slots=True)
class RowIdRef(Node):
    """The hidden row id of a table.

    Attributes:
        name: The name under which SQL reaches it; a column may have taken `rowid`.
        origin: The source, where it is not just the table of that name.
        home: What it was taken from; None if that is not known.
    """

    source: str
    name: str
    origin: SourceNode | None = field(default=None, compare=False, repr=False)
    home: Any = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ResultRef(Node):
    """A column of the answer by its name, to sort by."""

    name: str
    type: ColumnType[Any]


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
class InQuestion(Node):
    """Whether a value is in the answer to a question."""

    item: Node
    statement: Question
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class Exists(Node):
    """Whether the answer to a question has a row."""

    statement: Question


@dataclass(frozen=True, slots=True)
class ScalarQuestion(Node):
    """The first value of the answer to a question; NULL if it has no row."""

    statement: Question
    type: ColumnType[Any]


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
class RegexpMatch(Node):
    """Whether a regular expression of Python's `re` is found in a text.

    Attributes:
        ignores_case: Find it whatever the case of letters.
    """

    item: Node
    pattern: Node
    ignores_case: bool = False


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """Two values combined. Division by zero gives NULL.

    `/` is true division, `//` and `%` round down as in Python, `||` joins texts.
    """

    left: Node
    operator: ArithmeticOperator
    right: Node
    type: ColumnType[Any]


@dataclass(frozen=True, slots=True)
class Negative(Node):
    """A number with the other sign."""

    item: Node
    type: ColumnType[Any]


@dataclass(frozen=True, slots=True)
class When(Node):
    """One branch of a `Case`."""

    condition: Node
    value: Node


@dataclass(frozen=True, slots=True)
class Case(Node):
    """The value of the first branch whose condition is true, else `otherwise`, else NULL."""

    branches: tuple[When, ...]
    otherwise: Node | None
    type: ColumnType[Any]


@dataclass(frozen=True, slots=True)
class Cast(Node):
    """A value turned into one of another type."""

    item: Node
    type: ColumnType[Any]


@dataclass(frozen=True, slots=True)
class JsonPath(Node):
    """A part of a list or dictionary; NULL if there is none.

    Attributes:
        path: Keys and positions, from the outside in.
        form: As what it is read: as JSON, as the plain value it holds, or as one type.
    """

    item: Node
    path: tuple[str | int, ...]
    form: JsonForm
    type: ColumnType[Any]


@dataclass(frozen=True, slots=True)
class Distinct(Node):
    """The different values only: `count(distinct(x))`."""

    item: Node


@dataclass(frozen=True, slots=True)
class Function(Node):
    """A function of the database called by name; no arguments in `count()` mean every row.

    Attributes:
        order: In which order an aggregate takes the rows.
        condition: Which rows an aggregate takes; None for all.
    """

    name: str
    arguments: tuple[Node, ...]
    type: ColumnType[Any]
    order: tuple[Order, ...] = ()
    condition: Node | None = None


@dataclass(frozen=True, slots=True)
class Frame(Node):
    """The rows around the current one that a window function sees.

    Attributes:
        start, end: Rows (or values) before the current one if negative, after it if positive;
            None for the first or last of the partition.
    """

    kind: FrameKind
    start: int | None
    end: int | None


@dataclass(frozen=True, slots=True)
class Over(Node):
    """A function computed for each row over the rows around it."""

    function: Function
    partition: tuple[Node, ...] = ()
    order: tuple[Order, ...] = ()
    frame: Frame | None = None


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


# --- What a write does besides ---


@dataclass(frozen=True, slots=True)
class Assignment(Node):
    """A column and its new value."""

    column: ColumnRef
    value: Node


@dataclass(frozen=True, slots=True)
class Conflict(Node):
    """What an insert does with a row whose key exists already.

    Attributes:
        columns: The names of the columns of the key; none for any key.
        assignments: What is set in the existing row; nothing to leave it as it is.
        condition: Which existing rows are changed; None for all.
    """

    columns: tuple[str, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    condition: Node | None = None
