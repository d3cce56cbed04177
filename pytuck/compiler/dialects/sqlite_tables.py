"""The definition of a SQLite table, taken apart and put together again.

SQLite keeps the text with which a table was made, and only that says everything: conditions,
collations, generated columns, what happens to rows that refer to deleted ones. A table that is
made anew from its parts keeps all of it.
Source: https://www.sqlite.org/lang_createtable.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pytuck.common.exceptions import SchemaError

_TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*.*?(?:\*/|$))
    |(?P<text>[xX]?'(?:[^']|'')*')
    |(?P<quoted>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\])
    |(?P<word>[^\W\d][\w$]*)
    |(?P<number>\.?\d[\w.]*(?:(?<=[eE])[+-]\d+)?)
    |(?P<sign>\|\||<=|>=|<>|!=|==|<<|>>|->>|->|.)""",
    re.VERBOSE | re.DOTALL,
)
_CLAUSES = frozenset(
    [
        "CONSTRAINT",
        "PRIMARY",
        "NOT",
        "NULL",
        "UNIQUE",
        "CHECK",
        "DEFAULT",
        "COLLATE",
        "REFERENCES",
        "GENERATED",
        "AS",
    ]
)
_TABLE_CLAUSES = frozenset(["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"])


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a column's or table's definition.

    Attributes:
        kind: Its first word in capitals, that of `CONSTRAINT name` left out.
        text: The whole of it.
        columns: For a clause of the table, the columns in its first parentheses.
    """

    kind: str
    text: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnText:
    """The definition of a column: its name as it is, not as it is written."""

    name: str
    type: str
    clauses: tuple[Clause, ...] = ()

    def has(self, *kinds: str) -> bool:
        """Return whether it has a clause of one of these kinds."""
        return any(clause.kind in kinds for clause in self.clauses)

    def without(self, *kinds: str) -> ColumnText:
        """Return the column without its clauses of these kinds."""
        kept = tuple(clause for clause in self.clauses if clause.kind not in kinds)
        return replace(self, clauses=kept)

    def having(self, kind: str, text: str) -> ColumnText:
        """Return the column with one more clause."""
        return replace(self, clauses=(*self.clauses, Clause(kind, text)))

    @property
    def is_generated(self) -> bool:
        """Whether the database computes its values."""
        return self.has("GENERATED", "AS")


@dataclass(frozen=True, slots=True)
class TableText:
    """The definition of a table.

    Attributes:
        options: What stands behind the parentheses, such as `WITHOUT ROWID`.
    """

    columns: tuple[ColumnText, ...]
    clauses: tuple[Clause, ...] = ()
    options: str = ""

    def column(self, name: str) -> ColumnText:
        """Return a column; upper and lower case are the same."""
        return next(item for item in self.columns if item.name.lower() == name.lower())

    def with_column(self, changed: ColumnText) -> TableText:
        """Return the table with another definition of a column."""
        columns = tuple(
            changed if item.name.lower() == changed.name.lower() else item for item in self.columns
        )
        return replace(self, columns=columns)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    has_space: bool  # before it

    @property
    def word(self) -> str:
        """The keyword it may be, in capitals; nothing for what is quoted."""
        return self.text.upper() if self.kind == "word" else ""


def parse_table(sql: str) -> TableText:
    """Return the parts of the text with which a table was made.

    Raises:
        SchemaError: It is no definition of a table with columns.
    """
    tokens = list(_tokens(sql))
    start = next((place for place, token in enumerate(tokens) if token.text == "("), None)
    if start is None or any(token.word in ("AS", "VIRTUAL") for token in tokens[:start]):
        raise SchemaError(f"This is no definition of an ordinary table: {sql[:200]}")
    end = _closing(tokens, start)
    columns: list[ColumnText] = []
    clauses: list[Clause] = []
    for part in _split(tokens[start + 1 : end]):
        if part[0].word in _TABLE_CLAUSES:
            clauses.extend(_table_clauses(part))
        else:
            columns.append(_column(part))
    return TableText(tuple(columns), tuple(clauses), _joined(tokens[end + 1 :]))


def unquoted(text: str) -> str:
    """Return the name that an identifier in SQL stands for."""
    if text[:1] == "[":
        return text[1:-1]
    if text[:1] in ('"', "`", "'"):
        mark = text[0]
        return text[1:-1].replace(mark * 2, mark)
    return text


def words_of(text: str) -> set[str]:
    """Return everything in a piece of SQL that may be a name, in lower case."""
    return {
        unquoted(match[0]).lower()
        for match in _TOKEN.finditer(text)
        if match.lastgroup in ("word", "quoted")
    }


def _tokens(sql: str) -> Iterator[_Token]:
    has_space = False
    for match in _TOKEN.finditer(sql):
        if match.lastgroup != "space":
            yield _Token(str(match.lastgroup), match[0], has_space)
        has_space = match.lastgroup == "space"


def _column(tokens: Sequence[_Token]) -> ColumnText:
    place = 1
    while place < len(tokens) and tokens[place].word not in _CLAUSES:
        place += 1
    clauses = tuple(_clause(part) for part in _column_clauses(tokens[place:]))
    return ColumnText(unquoted(tokens[0].text), _joined(tokens[1:place]), clauses)


def _column_clauses(tokens: Sequence[_Token]) -> Iterator[Sequence[_Token]]:
    start = 0
    for place, token in _outer(tokens):
        if place > start and token.word in _CLAUSES and not _goes_on(tokens, start, place):
            yield tokens[start:place]
            start = place
    if start < len(tokens):
        yield tokens[start:]


def _goes_on(tokens: Sequence[_Token], start: int, place: int) -> bool:
    """Return whether a word that may begin a clause belongs to the one before it."""
    before, word = tokens[place - 1].word, tokens[place].word
    if place == start + 1:
        return before in ("NOT", "DEFAULT", "COLLATE", "CONSTRAINT", "REFERENCES")
    if tokens[start].word == "CONSTRAINT" and place == start + 2:
        return True
    if before == "NOT" and word == "NULL":
        return True
    if before == "DEFAULT" or (before == "SET" and word in ("NULL", "DEFAULT")):
        return True
    if word == "AS":  # GENERATED ALWAYS AS
        return before == "ALWAYS"
    following = tokens[place + 1].word if place + 1 < len(tokens) else ""
    return word == "NOT" and following == "DEFERRABLE"


def _table_clauses(tokens: Sequence[_Token]) -> Iterator[Clause]:
    """Yield the clauses of the table in a part; SQLite does not ask for commas between them."""
    start = 0
    for place, token in _outer(tokens):
        named = tokens[start].word == "CONSTRAINT" and place <= start + 2
        if place > start and token.word in _TABLE_CLAUSES and not named:
            yield _clause(tokens[start:place])
            start = place
    yield _clause(tokens[start:])


def _clause(tokens: Sequence[_Token]) -> Clause:
    first = 2 if tokens[0].word == "CONSTRAINT" and len(tokens) > 2 else 0
    kind = tokens[first].word
    columns: tuple[str, ...] = ()
    opening = next((place for place, token in enumerate(tokens) if token.text == "("), None)
    if opening is not None and kind in ("PRIMARY", "UNIQUE", "FOREIGN"):
        inside = tokens[opening + 1 : _closing(tokens, opening)]
        columns = tuple(unquoted(part[0].text) for part in _split(inside))
    return Clause(kind, _joined(tokens), columns)


def _outer(tokens: Sequence[_Token]) -> Iterator[tuple[int, _Token]]:
    """Yield the tokens that stand in no parentheses, with their places."""
    depth = 0
    for place, token in enumerate(tokens):
        if token.text == ")":
            depth -= 1
        if depth == 0:
            yield place, token
        if token.text == "(":
            depth += 1


def _split(tokens: Sequence[_Token]) -> Iterator[Sequence[_Token]]:
    start = 0
    for place, token in _outer(tokens):
        if token.text == ",":
            yield tokens[start:place]
            start = place + 1
    yield tokens[start:]


def _closing(tokens: Sequence[_Token], opening: int) -> int:
    depth = 0
    for place in range(opening, len(tokens)):
        depth += {"(": 1, ")": -1}.get(tokens[place].text, 0)
        if depth == 0:
            return place
    raise SchemaError("The definition of the table has no closing parenthesis.")


def _joined(tokens: Sequence[_Token]) -> str:
    return "".join(f" {token.text}" if token.has_space else token.text for token in tokens).strip()
