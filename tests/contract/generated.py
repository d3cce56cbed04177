"""Hypothesis strategies for tables, rows and terms that engines and Python must agree on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from pytuck import Column, Storage, case, func
from pytuck.query import and_, insert, literal, not_, or_
from tests.contract import evaluator as ev
from tests.contract.evaluator import Term

TEXTS = [
    "",
    "a",
    "A",
    "ab",
    "aB",
    "ä",
    "Ä",
    "ß",
    "ẞ",
    "İ",
    "a%",
    "a_b",
    "*",
    "[x]",
    "中文",
    "𝒳",
    " x ",
]
DATES = [date(1, 1, 1), date(1999, 12, 31), date(2024, 2, 29), date(2024, 3, 1), date(9999, 12, 31)]
MOMENTS = [
    datetime(1, 1, 1),
    datetime(2024, 2, 29, 12, 30, 15, 250000),
    datetime(2024, 12, 30, 23, 59, 59, 999999),
    datetime(2025, 1, 1),
]
VALUES: dict[type, st.SearchStrategy[Any]] = {
    int: st.integers(-9, 9),
    # Quarters: their sums and products are exact, so engines cannot differ by rounding.
    float: st.integers(-20, 20).map(lambda number: number / 4),
    str: st.sampled_from(TEXTS),
    bool: st.booleans(),
    date: st.sampled_from(DATES),
    datetime: st.sampled_from(MOMENTS),
    Decimal: st.integers(-500, 500).map(lambda number: Decimal(number) / 100),
}
KINDS = list(VALUES)


@dataclass(frozen=True)
class Made:
    """A table that stands in every engine, and in Python."""

    name: str
    columns: Mapping[str, type]
    records: Sequence[Mapping[str, Any]]

    def create_in(self, storage: Storage) -> None:
        key = Column(int, name="id", primary_key=True)
        others = [Column(kind, name=name) for name, kind in self.columns.items() if name != "id"]
        storage.create_table(self.name, [key, *others])
        storage.execute(insert(storage.tables[self.name]).values_list(self.records))


@st.composite
def tables(draw: st.DrawFn, name: str) -> Made:
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=2, max_size=4))
    columns = {"id": int, "n": int, **{f"c {number}": kind for number, kind in enumerate(kinds)}}
    rows = st.fixed_dictionaries(
        {label: st.none() | VALUES[kind] for label, kind in columns.items() if label != "id"}
    )
    records = draw(st.lists(rows, min_size=1, max_size=7))
    ordered = [{label: row.get(label) for label in columns} for row in records]
    return Made(name, columns, [{**row, "id": key} for key, row in enumerate(ordered, 1)])


class Terms:
    """Strategies for terms over some sources.

    Args:
        sources: The tables by the names under which the statement reads them.
    """

    def __init__(self, sources: Mapping[str, Made]) -> None:
        self.sources = sources
        self._made: dict[Any, st.SearchStrategy[Term]] = {}

    def of(self, kind: type, depth: int = 2) -> st.SearchStrategy[Term]:
        """Return terms of a type: columns, values, and what is computed from them."""
        key = (kind, depth)
        if key not in self._made:
            self._made[key] = self._terms(kind, depth)
        return self._made[key]

    def _terms(self, kind: type, depth: int) -> st.SearchStrategy[Term]:
        simple = [self._literal(kind)]
        columns = self._columns(kind)
        if columns:
            simple = [st.sampled_from(columns), st.sampled_from(columns), *simple]
        if depth == 0:
            return st.one_of(*simple)
        return st.one_of(*simple, *self._computed(kind, depth - 1))

    def any_kind(self, depth: int = 2) -> st.SearchStrategy[Term]:
        return st.sampled_from(KINDS).flatmap(lambda kind: self.of(kind, depth))

    def condition(self, depth: int = 2) -> st.SearchStrategy[Term]:
        key = (bool, "condition", depth)
        if key not in self._made:
            self._made[key] = self._conditions(depth)
        return self._made[key]

    def _conditions(self, depth: int) -> st.SearchStrategy[Term]:
        leaves = st.one_of(
            self._comparison(min(depth, 1)),
            self._membership(min(depth, 1)),
            self._between(min(depth, 1)),
            self._null_test(min(depth, 1)),
            self._pattern(min(depth, 1)),
            self._text_match(min(depth, 1)),
        )
        if depth == 0:
            return leaves
        inner = self.condition(depth - 1)
        return st.one_of(
            leaves,
            st.lists(inner, max_size=3).map(lambda parts: _joined("and", parts)),
            st.lists(inner, max_size=3).map(lambda parts: _joined("or", parts)),
            inner.map(_negated),
        )

    # --- Values ---

    def _columns(self, kind: type) -> list[Term]:
        return [
            _column(source, name, kind)
            for source, made in self.sources.items()
            for name, of in made.columns.items()
            if of is kind
        ]

    def _literal(self, kind: type) -> st.SearchStrategy[Term]:
        return VALUES[kind].map(
            lambda value: Term(kind, lambda s: literal(value), lambda row: value, repr(value))
        )

    def _computed(self, kind: type, depth: int) -> list[st.SearchStrategy[Term]]:
        same = self.of(kind, depth)
        found = [
            st.tuples(same, same).map(lambda pair: _call("coalesce", _first_known, kind, *pair)),
            st.tuples(self.condition(0), same, same).map(lambda parts: _case(kind, *parts)),
        ]
        if kind is int:
            found += [
                self._operation(int, operator, meaning, int, depth)
                for operator, meaning in _WHOLE_OPERATORS.items()
            ]
            text, day, moment = (self.of(other, depth) for other in (str, date, datetime))
            found += [
                text.map(lambda item: _call("length", ev.known(len), int, item)),
                same.map(lambda item: _call("abs", ev.known(abs), int, item)),
                *(day.map(_part(name, meaning)) for name, meaning in _PARTS.items()),
                *(
                    moment.map(_part(name, meaning))
                    for name, meaning in {**_PARTS, **_TIME_PARTS}.items()
                ),
            ]
        elif kind is float:
            found += [
                self._operation(float, operator, meaning, float, depth)
                for operator, meaning in list(_WHOLE_OPERATORS.items())[:3]
            ]
            found.append(self._operation(float, "/", ev.divide, int, depth))
            found.append(same.map(lambda item: _call("abs", ev.known(abs), float, item)))
        elif kind is Decimal:
            found += [
                self._operation(Decimal, operator, meaning, Decimal, depth)
                for operator, meaning in list(_WHOLE_OPERATORS.items())[:3]
            ]
        elif kind is str:
            found += [
                self._operation(str, "+", lambda a, b: a + b, str, depth),
                same.map(lambda item: _call("lower", ev.known(str.lower), str, item)),
                same.map(lambda item: _call("upper", ev.known(str.upper), str, item)),
                same.map(lambda item: _call("trim", ev.known(lambda t: t.strip(" ")), str, item)),
            ]
        elif kind is date:
            moment = self.of(datetime, depth)
            found.append(
                moment.map(lambda item: _call("date", ev.known(datetime.date), date, item))
            )
        return found

    def _operation(
        self, result: type, operator: str, meaning: Any, kind: type, depth: int
    ) -> st.SearchStrategy[Term]:
        operand = self.of(kind, min(depth, 1))
        return st.tuples(operand, operand).map(
            lambda pair: _infix(result, operator, ev.known(meaning), *pair)
        )

    # --- Conditions ---

    def _comparison(self, depth: int) -> st.SearchStrategy[Term]:
        operators = st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "is"])
        pairs = st.sampled_from(KINDS).flatmap(
            lambda kind: st.tuples(self.of(kind, depth), self.of(kind, depth))
        )
        return st.tuples(operators, pairs).map(lambda item: _compared(item[0], *item[1]))

    def _membership(self, depth: int) -> st.SearchStrategy[Term]:
        def of(kind: type) -> st.SearchStrategy[Term]:
            few = st.lists(VALUES[kind] | st.none(), max_size=4)
            many = st.lists(VALUES[kind], min_size=33, max_size=36)
            return st.tuples(self.of(kind, depth), few | many).map(lambda item: _in(*item))

        return st.sampled_from(KINDS).flatmap(of)

    def _between(self, depth: int) -> st.SearchStrategy[Term]:
        return st.sampled_from([int, float, str, date, datetime, Decimal]).flatmap(
            lambda kind: st.tuples(self.of(kind, depth), VALUES[kind], VALUES[kind]).map(
                lambda item: _between(*item)
            )
        )

    def _null_test(self, depth: int) -> st.SearchStrategy[Term]:
        return self.any_kind(depth).map(
            lambda item: Term(
                bool,
                lambda s: item.ask(s).is_null(),
                lambda row: item.value(row) is None,
                f"{item} is null",
            )
        )

    def _pattern(self, depth: int) -> st.SearchStrategy[Term]:
        patterns = st.text("aAäÄßİ%_*[]?\\x𝒳", max_size=4)
        parts = st.tuples(self.of(str, depth), patterns, st.booleans())
        return parts.map(lambda item: _like(*item))

    def _text_match(self, depth: int) -> st.SearchStrategy[Term]:
        names = st.sampled_from(["contains", "startswith", "endswith"])
        return st.tuples(names, self.of(str, depth), VALUES[str]).map(lambda item: _found(*item))


_WHOLE_OPERATORS: dict[str, Any] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "//": ev.floor_divide,
    "%": ev.remainder,
}
_PARTS: dict[str, Any] = {
    "year": lambda day: day.year,
    "month": lambda day: day.month,
    "day": lambda day: day.day,
    "quarter": lambda day: (day.month + 2) // 3,
    "week": lambda day: day.isocalendar()[1],
    "weekday": lambda day: day.weekday(),
    "day_of_year": lambda day: day.timetuple().tm_yday,
}
_TIME_PARTS: dict[str, Any] = {
    "hour": lambda moment: moment.hour,
    "minute": lambda moment: moment.minute,
    "second": lambda moment: moment.second,
    "microsecond": lambda moment: moment.microsecond,
}


def _column(source: str, name: str, kind: type) -> Term:
    return Term(
        kind, lambda s: s[source].c[name], lambda row: row[source, name], f"{source}[{name}]"
    )


def _first_known(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


def _call(name: str, meaning: Any, kind: type, *items: Term) -> Term:
    return Term(
        kind,
        lambda s: getattr(func, name)(*(item.ask(s) for item in items)),
        lambda row: meaning(*(item.value(row) for item in items)),
        f"{name}({', '.join(map(str, items))})",
    )


def _part(name: str, meaning: Any) -> Any:
    return lambda item: _call(name, ev.known(meaning), int, item)


def _infix(kind: type, operator: str, meaning: Any, left: Term, right: Term) -> Term:
    def ask(s: Mapping[str, Any]) -> Any:
        a, b = left.ask(s), right.ask(s)
        return {
            "+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b,
            "/": lambda: a / b, "//": lambda: a // b, "%": lambda: a % b,
        }[operator]()  # fmt: skip

    return Term(
        kind,
        ask,
        lambda row: meaning(left.value(row), right.value(row)),
        f"({left} {operator} {right})",
    )


def _case(kind: type, condition: Term, then: Term, otherwise: Term) -> Term:
    return Term(
        kind,
        lambda s: case((condition.ask(s), then.ask(s)), else_=otherwise.ask(s)),
        lambda row: then.value(row) if condition.value(row) is True else otherwise.value(row),
        f"({then} if {condition} else {otherwise})",
    )


def _compared(operator: str, left: Term, right: Term) -> Term:
    def ask(s: Mapping[str, Any]) -> Any:
        a, b = left.ask(s), right.ask(s)
        return {
            "==": lambda: a == b, "!=": lambda: a != b, "<": lambda: a < b, "<=": lambda: a <= b,
            ">": lambda: a > b, ">=": lambda: a >= b, "is": lambda: a.is_(b),
        }[operator]()  # fmt: skip

    return Term(
        bool,
        ask,
        lambda row: ev.compare(operator, left.value(row), right.value(row)),
        f"({left} {operator} {right})",
    )


def _in(item: Term, values: list[Any]) -> Term:
    return Term(
        bool,
        lambda s: item.ask(s).in_(values),
        lambda row: ev.is_in(item.value(row), values),
        f"({item} in {values})",
    )


def _between(item: Term, low: Any, high: Any) -> Term:
    def value(row: ev.Row) -> ev.Truth:
        found = item.value(row)
        return ev.all_of([ev.compare(">=", found, low), ev.compare("<=", found, high)])

    return Term(bool, lambda s: item.ask(s).between(low, high), value, f"({low}..{item}..{high})")


def _like(item: Term, pattern: str, ignores_case: bool) -> Term:
    def ask(s: Mapping[str, Any]) -> Any:
        term = item.ask(s)
        return term.ilike(pattern) if ignores_case else term.like(pattern)

    meaning = ev.known(lambda text: ev.matches(text, pattern, ignores_case))
    name = "ilike" if ignores_case else "like"
    return Term(bool, ask, lambda row: meaning(item.value(row)), f"({item} {name} {pattern!r})")


def _found(name: str, item: Term, part: str) -> Term:
    meaning = ev.known(
        {
            "contains": lambda text: part in text,
            "startswith": lambda text: text.startswith(part),
            "endswith": lambda text: text.endswith(part),
        }[name]
    )
    return Term(
        bool,
        lambda s: getattr(item.ask(s), name)(part),
        lambda row: meaning(item.value(row)),
        f"{name}({item}, {part!r})",
    )


def _joined(name: str, parts: list[Term]) -> Term:
    write, meaning = (and_, ev.all_of) if name == "and" else (or_, ev.any_of)
    return Term(
        bool,
        lambda s: write(*(part.ask(s) for part in parts)),
        lambda row: meaning(part.value(row) for part in parts),
        f"{name}({', '.join(map(str, parts))})",
    )


def _negated(part: Term) -> Term:
    return Term(
        bool,
        lambda s: not_(part.ask(s)),
        lambda row: ev.negation(part.value(row)),
        f"not {part}",
    )
