"""The questions a dialect answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from string import Formatter
from typing import Any

from pytuck.common.exceptions import SchemaError, UnsupportedOperationError
from pytuck.query import nodes
from pytuck.types import ColumnType, Stored

OPERATORS: Mapping[str, str] = {
    "=": "{0} = {1}",
    "!=": "{0} <> {1}",
    "<": "{0} < {1}",
    "<=": "{0} <= {1}",
    ">": "{0} > {1}",
    ">=": "{0} >= {1}",
    "is": "{0} IS NOT DISTINCT FROM {1}",
    "is not": "{0} IS DISTINCT FROM {1}",
    "+": "{0} + {1}",
    "-": "{0} - {1}",
    "*": "{0} * {1}",
    "||": "{0} || {1}",
    "negative": "-{0}",
}
"""Operators as most databases write them. A key may name the Python type of the result, which
goes first: `+:Decimal`."""

JOINS: Mapping[nodes.JoinKind, str] = {
    "inner": "JOIN",
    "left": "LEFT JOIN",
    "right": "RIGHT JOIN",
    "full": "FULL JOIN",
    "cross": "CROSS JOIN",
}


@dataclass(frozen=True, slots=True, eq=False)
class Dialect:
    """How one database writes SQL, where databases differ.

    A new database is one more instance, mostly tables of its differences; the compiler asks it
    wherever two databases could disagree, and nothing else of the compiler knows any of them.
    What the tables promise is the meaning, the same on every database: text compares by code
    point, `/` is true division, `//` and `%` round down, division by zero gives NULL, `like`
    minds the case and `ilike` does not, NULLs sort first upwards.

    Templates are texts with `{0}`, `{1}`, ... for the operands and `{all}` for all of them; a
    place may be used twice. Templates of functions are complete operands; `{suffix}` is where
    the filter and the window of an aggregate go, else they go behind. Keys with a Python type
    behind a colon go before those without, those with a number of arguments before both:
    `round/2:Decimal` before `round:Decimal` before `round/2` before `round`.

    Attributes:
        placeholder: The parameter number `{0}`, counted from 1.
        typed_placeholders: The same for values of some Python types.
        shares_parameters: Equal values are one parameter, so that the database knows an
            expression again that it is to group or to sort by.
        lists_are_typed: A list in one parameter holds values of the very type it is named after.
        column_type: How a column of a type is declared.
        blob, infinity: Values that stand in the definition of a table: bytes `{0}` in
            hexadecimal digits, and the float.
        decimal_collation: Appended to a decimal that is compared or sorted as text; may be empty.
        operators: Templates of operators, by operator or `operator:type of the result`.
        functions: Templates of functions, by `name` or `name:type of the first argument`. Those
            that are not here are called by their own name.
        casts: Templates by type, or `type:type of the value`.
        json_forms: Templates of a part `{1}` of a JSON value `{0}`, by form or `form:type`.
        json_path: The parameter that stands for a path of keys, as they are stored, and
            positions, of which negative ones count from the end.
        like, ilike: Templates of a text `{0}` matched with a pattern `{1}`.
        like_pattern: The parameter that stands for a pattern; escapes are to be resolved.
        text_matches: Templates of a text `{1}` looked for in `{0}`, by kind; every character of
            both counts as it stands.
        regexp: Template of a regular expression `{1}` found in `{0}`; `{2}` is 1 to ignore case.
        list_rows: The values of a list that is one parameter `{0}`, by Python type of the items
            as they are stored; lists of types that are not here are a parameter for each item.
        list_parameter: The parameter that stands for a list.
        byte_sizes: Templates of the size of a value in bytes, by Python type or `*` for any, for
            those that may be long.
        wholes: Templates of such a value as it stands beside beginnings of others.
        beginnings: Templates of the first `{1}` characters or bytes of such a value.
        reads_parts: The beginning of a very long value is read without the rest of it, by
            `Connection.read_beginning`; else a statement gives it.
        most_parameters: How many parameters a statement can have.
        joins: The words for the kinds of join.
        true, false: The conditions that are always and never met.
        writes_nulls_order: NULLs must be told to come first upwards and last downwards.
        no_limit: What stands before an offset without a limit.
        fills_in_row_ids: A row id that is not given is the next one, and the connection tells it.
            Else the connection gives it, and tables without a key have a column for it.
        checks_foreign_keys: They are part of a table's definition. Else the connection checks.
        has_unique_rules: That columns are unique together can be a part of a table's definition,
            and is found there again. Else an index does it.
        writes_batches: A write has a second form, for many sets of parameters at once.
        begin_read, begin_write, commit, rollback: The statements of a transaction.
    """

    name: str
    placeholder: str
    decimal_collation: str
    operators: Mapping[str, str]
    functions: Mapping[str, str]
    casts: Mapping[str, str]
    json_forms: Mapping[str, str]
    json_path: Callable[[tuple[str | int, ...]], Stored]
    like: str
    ilike: str
    like_pattern: Callable[[nodes.Like], Stored]
    regexp: str
    list_rows: Mapping[str, str]
    list_parameter: Callable[[tuple[nodes.Literal, ...]], Stored]
    text_matches: Mapping[nodes.TextMatchKind, str]
    byte_sizes: Mapping[str, str]
    beginnings: Mapping[str, str]
    most_parameters: int
    joins: Mapping[nodes.JoinKind, str]
    column_type: Callable[[ColumnType[Any]], str]
    wholes: Mapping[str, str] = field(default_factory=dict)
    typed_placeholders: Mapping[str, str] = field(default_factory=dict)
    shares_parameters: bool = False
    lists_are_typed: bool = False
    blob: str = "X'{0}'"
    infinity: str = "9e999"
    true: str = "true"
    false: str = "false"
    writes_nulls_order: bool = False
    no_limit: str = ""
    fills_in_row_ids: bool = False
    reads_parts: bool = False
    checks_foreign_keys: bool = True
    has_unique_rules: bool = False
    writes_batches: bool = False
    begin_read: str = "BEGIN"
    begin_write: str = "BEGIN"
    commit: str = "COMMIT"
    rollback: str = "ROLLBACK"
    savepoint: str = "SAVEPOINT {0}"
    release: str = "RELEASE {0}"
    rollback_to: str = "ROLLBACK TO {0}"

    def quote(self, identifier: str) -> str:
        """Return an identifier in double quotes: the only place where names become SQL.

        Raises:
            SchemaError: The name has a NUL character, which no SQL text can hold.
        """
        if "\0" in identifier:
            raise SchemaError(f"The name {identifier!r} has a NUL character.")
        return '"' + identifier.replace('"', '""') + '"'

    def operator(self, operator: str, result: type, *operands: str) -> str:
        """Return the SQL of an operator between operands that are SQL already.

        Raises:
            UnsupportedOperationError: The database has none for this type.
        """
        template = self.operators.get(f"{operator}:{result.__name__}")
        template = template or self.operators.get(operator)
        if template is None:
            raise UnsupportedOperationError(
                f"The {self.name} dialect has no operator {operator!r} that gives "
                f"a {result.__name__}."
            )
        return template.format(*operands)

    def function(
        self, name: str, first: type | None, arguments: list[str], order: str, suffix: str
    ) -> str:
        """Return the SQL of a function's call.

        Args:
            first: The Python type of the first argument, if there is one.
            order: The order in which an aggregate takes the rows, or nothing.
            suffix: The filter and the window of an aggregate, or nothing.

        Raises:
            UnsupportedOperationError: This is no name of a function, or it takes other arguments.
        """
        template = self._function(f"{name}/{len(arguments)}", name, first)
        together = ", ".join(arguments) + order
        if template is None:
            if not (name.isidentifier() and name.isascii()):
                raise UnsupportedOperationError(f"{name!r} is not the name of a function.")
            return f"{name}({together}){suffix}"
        if "{suffix}" not in template:
            template += "{suffix}"
        places = _places(template)
        if places is not None and places != len(arguments):
            raise UnsupportedOperationError(
                f"func.{name}() takes {places} arguments here, not {len(arguments)}."
            )
        return template.format(*arguments, all=together, suffix=suffix)

    def _function(self, with_count: str, name: str, first: type | None) -> str | None:
        kind = first.__name__ if first else ""
        keys = (f"{with_count}:{kind}", f"{name}:{kind}", with_count, name)
        return next((self.functions[key] for key in keys if key in self.functions), None)

    def json_part(self, form: nodes.JsonForm, kind: type, item: str, path: str) -> str:
        """Return the SQL of a part of a JSON value."""
        template = self.json_forms.get(f"{form}:{kind.__name__}") or self.json_forms[form]
        return template.format(item, path)

    def parameter(self, number: int, kind: type | None) -> str:
        """Return the placeholder of a parameter.

        Args:
            kind: The Python type of the value; None for what the dialect made itself.
        """
        template = self.typed_placeholders.get(kind.__name__) if kind else None
        return (template or self.placeholder).format(number)

    def cast(self, item: str, source: type, target: type) -> str:
        """Return the SQL that turns a value into one of another type.

        Raises:
            UnsupportedOperationError: The database cannot do that.
        """
        template = self.casts.get(f"{target.__name__}:{source.__name__}")
        template = template or self.casts.get(target.__name__)
        if template is None:
            raise UnsupportedOperationError(
                f"The {self.name} dialect cannot cast {source.__name__} to {target.__name__}."
            )
        return template.format(item)


@lru_cache(maxsize=1024)
def _places(template: str) -> int | None:
    """Return how many operands a template takes; None for any number."""
    names = {name for _, name, _, _ in Formatter().parse(template) if name is not None}
    return None if "all" in names else len(names - {"suffix"})
