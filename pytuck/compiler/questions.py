"""SQL of questions: selects, compounds of several, and what they read from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pytuck.common.exceptions import QueryError
from pytuck.compiler.dialects import Dialect
from pytuck.compiler.expressions import ExpressionWriter
from pytuck.query import nodes
from pytuck.query.node_sources import aggregate_in, conditions_in, mentioned, sources_in
from pytuck.query.nodes import Node, SourceNode
from pytuck.query.questions import Compound
from pytuck.query.selects import Select
from pytuck.query.writes import Delete, Update

_WORDS = {
    "union": "UNION",
    "union all": "UNION ALL",
    "intersect": "INTERSECT",
    "except": "EXCEPT",
}


class QuestionWriter(ExpressionWriter):
    """Writes questions, also those inside of others.

    A question inside of an expression may speak of the tables around it (it is correlated): of
    its own sources those which stand around it already are left out, as long as one remains.
    """

    def __init__(self, dialect: Dialect, batch: str | None = None) -> None:
        super().__init__(dialect, batch)
        self._around: frozenset[str] = frozenset()
        self._named: dict[str, str | None] = {}
        self._definitions: dict[str, nodes.CteRef] = {}
        self._is_recursive = False

    def question(self, statement: nodes.Question) -> str:
        if isinstance(statement, Select):
            return self.select(statement)
        if isinstance(statement, Compound):
            return self._compound(statement)
        raise QueryError(f"{statement!r} is neither a select nor a compound of selects.")

    def select(self, statement: Select[Any]) -> str:
        """Return the SQL of a select."""
        sources = self._sources(statement)
        around = self._around
        written = ", ".join([self.source(source) for source in sources])
        labels = {source.label for tree in sources for source in sources_in(tree)}
        self._around = around | labels
        distinct = "DISTINCT " if statement.is_distinct else ""
        sql = f"SELECT {distinct}{', '.join(map(self.shown, statement.columns))}"
        if written:
            sql += f" FROM {written}"
        sql += self.where(statement.where_node)
        if statement.group:
            sql += f" GROUP BY {', '.join(map(self._term, statement.group))}"
        if statement.having_node is not None:
            sql += f" HAVING {self.write(statement.having_node)}"
        sql += self._order_and_limit(statement)
        self._around = around
        return sql

    def where(self, node: Node | None) -> str:
        """Return the clause of a condition, or nothing.

        Raises:
            QueryError: It is about groups, not rows.
        """
        if node is None:
            return ""
        aggregate = aggregate_in(node)
        if aggregate is not None:
            raise QueryError(
                f"func.{aggregate.name}() is about many rows, so it cannot be in the condition on "
                "one. Use having(...) for a condition on groups. A window function can be a "
                "column of a subquery(), to which the condition is put."
            )
        return f" WHERE {self.write(node)}"

    def sources_besides(
        self, statement: Update[Any] | Delete[Any], items: Iterable[Node | None]
    ) -> list[SourceNode]:
        """Return the sources that a write speaks of besides its own table.

        Raises:
            QueryError: One of them is a subquery that the write does not read.
        """
        known = {statement.target.label, *(source.label for source in statement.extra)}
        found = [source for source in mentioned(items).values() if source.label not in known]
        _refuse_unread(found)
        return [*found, *statement.extra]

    def inside(self, labels: Iterable[str]) -> None:
        """Let the questions inside of what follows speak of these tables."""
        self._around = self._around | frozenset(labels)

    @property
    def has_definitions(self) -> bool:
        """Whether named questions are used, which stand before the statement."""
        return bool(self._named)

    def with_definitions(self, sql: str) -> str:
        """Return a statement with the named questions it uses before it (`WITH`)."""
        if not self._named:
            return sql
        recursive = "RECURSIVE " if self._is_recursive else ""
        return f"WITH {recursive}{', '.join(filter(None, self._named.values()))} {sql}"

    # --- Sources ---

    def _sources(self, statement: Select[Any]) -> list[Node]:
        """Return what stands in FROM: the statement's own and what it speaks of besides."""
        tree = statement.source
        items = (
            *statement.columns,
            *conditions_in(tree),
            statement.where_node,
            *statement.group,
            statement.having_node,
            *statement.order,
        )
        own: list[Node] = [*([] if tree is None else [tree]), *statement.extra]
        known = {source.label for item in own for source in sources_in(item)}
        others = [source for label, source in mentioned(items).items() if label not in known]
        inside = [source for source in others if source.label not in self._around]
        _refuse_unread(inside)
        if len(own) + len(others) < 2:
            return [*own, *others]
        kept = [
            item
            for item in own
            if not isinstance(item, SourceNode) or item.label not in self._around
        ]
        if not kept and not inside:
            raise QueryError(
                "A question inside of another one has no table of its own: all its tables stand "
                "around it. Use aliased() for one of them."
            )
        return [*kept, *inside]

    def source(self, source: Node) -> str:
        """Return the SQL of a table, a subquery, a named question or a join."""
        quote = self.dialect.quote
        if isinstance(source, nodes.TableRef):
            alias = "" if source.alias is None else f" AS {quote(source.alias)}"
            return quote(source.name) + alias
        if isinstance(source, nodes.SubqueryRef):
            return f"({self._apart(source.statement)}) AS {quote(source.label)}"
        if isinstance(source, nodes.CteRef):
            self._define(source)
            alias = "" if source.alias is None else f" AS {quote(source.alias)}"
            return quote(source.name) + alias
        assert isinstance(source, nodes.Join)
        return self._join(source)

    def _join(self, join: nodes.Join) -> str:
        sql = f"{self.source(join.left)} {self.dialect.joins[join.kind]} {self.source(join.right)}"
        if join.condition is None:
            return sql
        around = self._around
        self._around = around | {source.label for source in sources_in(join)}
        sql += f" ON {self.write(join.condition)}"
        self._around = around
        return sql

    def _define(self, source: nodes.CteRef) -> None:
        known = self._definitions.setdefault(source.name, source)
        if source.name in self._named:
            if self._named[source.name] is not None and known.statement != source.statement:
                raise QueryError(
                    f"Two different questions are named '{source.name}'; rename one cte()."
                )
            return
        self._named[source.name] = None  # while it is written, its name means itself
        names = ", ".join(map(self.dialect.quote, source.columns))
        sql = self._apart(source.statement)
        del self._named[source.name]  # so that it comes after those it uses itself
        self._named[source.name] = f"{self.dialect.quote(source.name)} ({names}) AS ({sql})"
        self._is_recursive |= source.is_recursive

    def _apart(self, statement: nodes.Question) -> str:
        """Return the SQL of a question that sees nothing around it."""
        around, self._around = self._around, frozenset()
        sql = self.question(statement)
        self._around = around
        return sql

    # --- Compounds ---

    def _compound(self, statement: Compound[Any]) -> str:
        word = f" {_WORDS[statement.operator]} "
        sql = word.join(map(self._part, statement.parts))
        return sql + self._order_and_limit(statement)

    def _part(self, part: nodes.Question) -> str:
        # Brackets around a part are not known everywhere; a subquery is.
        sql = self.question(part)
        is_plain = isinstance(part, Select) and not part.order and part.limit_node is None
        if is_plain and isinstance(part, Select) and part.offset_node is None:
            return sql
        return f"SELECT * FROM ({sql})"

    def _order_and_limit(self, statement: Select[Any] | Compound[Any]) -> str:
        sql = f" ORDER BY {', '.join(map(self.write, statement.order))}" if statement.order else ""
        if statement.limit_node is not None:
            sql += " LIMIT " + self.parameter(statement.limit_node)
        if statement.offset_node is not None:
            if statement.limit_node is None:
                sql += self.dialect.no_limit
            sql += " OFFSET " + self.parameter(statement.offset_node)
        return sql


def _refuse_unread(sources: list[SourceNode]) -> None:
    for source in sources:
        if not isinstance(source, nodes.TableRef):
            raise QueryError(
                f"The statement speaks of a column of '{source.label}', but does not read from "
                "it. Add it with join() or select_from()."
            )
