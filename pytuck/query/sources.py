"""What a statement reads from or writes to: a table with its columns as expressions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pytuck import schema
from pytuck.common.exceptions import ColumnNotFoundError, QueryError
from pytuck.query import nodes
from pytuck.query.expressions import ColumnExpression, Expression
from pytuck.query.names import fresh_name
from pytuck.types import TYPES, ColumnType, type_of


class Columns:
    """The columns of a source: `c.age`, or `c["age"]` for any name."""

    __slots__ = ("_by_name", "_table")

    def __init__(self, table: str, by_name: Mapping[str, Expression[Any]]) -> None:
        self._table = table
        self._by_name = by_name

    def __getitem__(self, name: str) -> Expression[Any]:
        try:
            return self._by_name[name]
        except KeyError:
            raise ColumnNotFoundError(self._table, name, known=tuple(self._by_name)) from None

    def __getattr__(self, name: str) -> Expression[Any]:
        if name.startswith("__"):  # protocols such as copying ask for these
            raise AttributeError(name)
        return self[name]

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __iter__(self) -> Iterator[Expression[Any]]:
        return iter(self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)

    def keys(self) -> tuple[str, ...]:
        """Return the names of the columns, in their order."""
        return tuple(self._by_name)


class Source:
    """What columns can be taken from.

    Attributes:
        node: The source as an element of a statement.
        c: Its columns as expressions.
        column_nodes: All its columns, in order, as elements of a statement.
        attributes: The names of columns by those of a model's attributes, where they differ.
        shape: What identifies all its columns, for the cache of compiled statements.
    """

    def __init__(self, node: nodes.SourceNode, columns: Iterable[nodes.ColumnRef]) -> None:
        self.node = node
        self.column_nodes = tuple(columns)
        self.c = Columns(
            node.label, {item.name: ColumnExpression(item, self) for item in self.column_nodes}
        )
        self.attributes: dict[str, str] = {}
        self.shape = ",".join([item.shape for item in self.column_nodes])

    def __repr__(self) -> str:
        return f"<table {self.name!r}: {', '.join(self.c.keys())}>"

    @property
    def name(self) -> str:
        """The name by which its columns refer to it."""
        return self.node.label

    def column_named(self, name: str) -> Expression[Any]:
        """Return a column by its name or by that of a model's attribute.

        Raises:
            ColumnNotFoundError: There is none.
        """
        return self.c[self.attributes.get(name, name)]


class TableSource(Source):
    """A table to select from, insert into, update or delete from; it needs no model class.

    Attributes:
        schema: The table's structure.
    """

    node: nodes.TableRef

    def __init__(self, table: schema.Table, alias: str | None = None) -> None:
        self.schema = table
        node = nodes.TableRef(table.name, alias)
        origin = None if alias is None else node
        label = table.name if alias is None else alias
        columns = (
            nodes.ColumnRef(label, item.name, item.type, origin, self) for item in table.columns
        )
        super().__init__(node, columns)

    def alias(self, name: str | None = None) -> TableSource:
        """Return the same table under another name, to be read beside itself."""
        twin = TableSource(self.schema, name or fresh_name(self.schema.name))
        twin.attributes = self.attributes
        return twin

    @property
    def comment(self) -> str | None:
        """The table's comment."""
        return self.schema.comment

    @property
    def columns(self) -> dict[str, schema.Column]:
        """The structure of the columns by name, in their order."""
        return dict(self.schema.by_name)

    @property
    def primary_key(self) -> str | None:
        """The name of the primary key's column; None if there is none or it has several."""
        key = self.schema.primary_key
        return key[0] if len(key) == 1 else None

    @property
    def rowid(self) -> Expression[int]:
        """The hidden row id.

        Raises:
            QueryError: The table has none, or its columns hide it.
        """
        name = self.schema.rowid_alias or self.schema.hidden_rowid
        if name is None:
            raise QueryError(f"The rows of '{self.name}' have no row id that SQL can reach.")
        origin = None if self.node.alias is None else self.node
        return Expression(nodes.RowIdRef(self.name, name, origin, self), TYPES[int])


def table(name: str, columns: Iterable[tuple[str, type | ColumnType[Any]]] = ()) -> TableSource:
    """Return a source by the names and types of its columns alone, without an open file."""
    return TableSource(
        schema.Table(name, tuple(schema.Column(label, type_of(kind)) for label, kind in columns))
    )
