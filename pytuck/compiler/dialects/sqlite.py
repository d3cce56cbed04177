"""SQLite's SQL, with the functions that our connections register for what SQLite lacks."""

from __future__ import annotations

import json
import re
from typing import Any

from pytuck.compiler.dialects.base import JOINS, OPERATORS, Dialect
from pytuck.compiler.dialects.like_patterns import case_blind_pattern, translated_pattern
from pytuck.query import nodes
from pytuck.types import ColumnType, Stored

DECIMAL_COLLATION = "pytuck_decimal"
"""The collation that compares the text of decimals as numbers; connections register it."""

CASE_BLIND_LIKE = "pytuck_ilike"
"""The function (pattern, text) behind `ilike`; connections register it."""

_PLAIN_TYPE = re.compile(r"^[A-Za-z][A-Za-z0-9_ ]*(\(\d+(,\d+)?\))?$")

_OPERATORS = {
    **OPERATORS,
    "is": "{0} IS {1}",
    "is not": "{0} IS NOT {1}",
    "/": "CAST({0} AS REAL) / {1}",
    # SQLite's own / and % of whole numbers round towards zero; Python's // and % downwards.
    "//": "{0} / {1} - (({0} % {1}) * sign({1}) < 0)",
    "%": "{0} % {1} + {1} * (({0} % {1}) * sign({1}) < 0)",
    "//:float": (
        "round(({0} - mod({0}, {1})) / CAST({1} AS REAL)) - (mod({0}, {1}) * sign({1}) < 0)"
    ),
    "%:float": "mod({0}, {1}) + {1} * (mod({0}, {1}) * sign({1}) < 0)",
    "+:Decimal": "pytuck_decimal_add({0}, {1})",
    "-:Decimal": "pytuck_decimal_subtract({0}, {1})",
    "*:Decimal": "pytuck_decimal_multiply({0}, {1})",
    "/:Decimal": "pytuck_decimal_divide({0}, {1})",
    "//:Decimal": "pytuck_decimal_floor_divide({0}, {1})",
    "%:Decimal": "pytuck_decimal_modulo({0}, {1})",
    "negative:Decimal": "pytuck_decimal_subtract(0, {0})",
}

_FUNCTIONS = {
    "sum:Decimal": "pytuck_decimal_sum({all})",
    "total:Decimal": "ifnull(pytuck_decimal_sum({all}){suffix}, '0')",
    "avg:Decimal": "pytuck_decimal_avg({all})",
    "avg:timedelta": "CAST(round(avg({all}){suffix}) AS INTEGER)",
    "min:Decimal": f"min(({{0}}) COLLATE {DECIMAL_COLLATION})",
    "max:Decimal": f"max(({{0}}) COLLATE {DECIMAL_COLLATION})",
    "median:Decimal": "pytuck_decimal_median({all})",
    "median:timedelta": "CAST(round(median({all}){suffix}) AS INTEGER)",
    "stddev": "pytuck_stddev_samp({all})",
    "stddev_samp": "pytuck_stddev_samp({all})",
    "stddev_pop": "pytuck_stddev_pop({all})",
    "variance": "pytuck_var_samp({all})",
    "var_samp": "pytuck_var_samp({all})",
    "var_pop": "pytuck_var_pop({all})",
    # Text of ASCII alone has as many bytes as characters; SQLite's own functions know no more.
    "lower": "CASE WHEN octet_length({0}) = length({0}) THEN lower({0}) ELSE pytuck_lower({0}) END",
    "upper": "CASE WHEN octet_length({0}) = length({0}) THEN upper({0}) ELSE pytuck_upper({0}) END",
    "abs:Decimal": "pytuck_decimal_abs({0})",
    # SQLite's own length ends at a NUL.
    "length:str": (
        "CASE WHEN instr({0}, char(0)) = 0 THEN length({0}) ELSE pytuck_length({0}) END"
    ),
    "round:Decimal": "pytuck_decimal_round({all})",
    "round:int": "CAST(round({all}) AS INTEGER)",
    # Texts of a fixed layout, so that a part is a cut; SQLite's own functions would move a time
    # with an offset to UTC.
    "year": "CAST(substr({0}, 1, 4) AS INTEGER)",
    "month": "CAST(substr({0}, 6, 2) AS INTEGER)",
    "day": "CAST(substr({0}, 9, 2) AS INTEGER)",
    "hour": "CAST(substr({0}, 12, 2) AS INTEGER)",
    "hour:time": "CAST(substr({0}, 1, 2) AS INTEGER)",
    "minute": "CAST(substr({0}, 15, 2) AS INTEGER)",
    "minute:time": "CAST(substr({0}, 4, 2) AS INTEGER)",
    "second": "CAST(substr({0}, 18, 2) AS INTEGER)",
    "second:time": "CAST(substr({0}, 7, 2) AS INTEGER)",
    "microsecond": "CAST(substr({0}, 21, 6) AS INTEGER)",
    "microsecond:time": "CAST(substr({0}, 10, 6) AS INTEGER)",
    "quarter": "((CAST(substr({0}, 6, 2) AS INTEGER) + 2) / 3)",
    "week": "CAST(strftime('%V', substr({0}, 1, 10)) AS INTEGER)",
    "weekday": "((CAST(strftime('%w', substr({0}, 1, 10)) AS INTEGER) + 6) % 7)",
    "day_of_year": "CAST(strftime('%j', substr({0}, 1, 10)) AS INTEGER)",
    "date": "substr({0}, 1, 10)",
    "time": (
        "CASE WHEN substr({0}, 20, 7) = '.000000' THEN substr({0}, 12, 8) "
        "ELSE substr({0}, 12, 15) END"
    ),
    "shift:datetime": "pytuck_shift_datetime({0}, {1})",
    "shift:date": "pytuck_shift_date({0}, {1})",
    "elapsed": "pytuck_elapsed({0}, {1})",
    "now": "strftime('%Y-%m-%d %H:%M:%f000', 'now')",
    "current_timestamp": "strftime('%Y-%m-%d %H:%M:%f000', 'now')",
    "current_date": "date('now')",
    "current_time": "time('now')",
    "random": "((random() & 9007199254740991) / 9007199254740992.0)",
}

_CASTS = {
    "int": "CAST({0} AS INTEGER)",
    "float": "CAST({0} AS REAL)",
    "str": "CAST({0} AS TEXT)",
    "str:bool": "CASE {0} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END",
    "bool": "CAST({0} AS REAL) <> 0",
    "bytes": "CAST({0} AS BLOB)",
    "Decimal": "pytuck_decimal({0})",
    "date": "date({0})",
    "date:date": "{0}",
    "date:datetime": "substr({0}, 1, 10)",
    "datetime": "strftime('%Y-%m-%d %H:%M:%f000', {0})",
    "datetime:datetime": "{0}",
    "datetime:date": "{0} || ' 00:00:00.000000'",
    "time": "time({0})",
    "time:time": "{0}",
    "timedelta:timedelta": "{0}",
    "UUID": "lower({0})",
}


def _column_type(kind: ColumnType[Any]) -> str:
    # ENUM('a','b') is no type name in SQLite's grammar, but a quoted one may be anything.
    name = kind.sql_name
    return name if not name or _PLAIN_TYPE.match(name) else '"' + name.replace('"', '""') + '"'


def _json_path(path: tuple[str | int, ...]) -> Stored:
    # A key stands in the path as it stands in the text of the JSON.
    steps = [_json_position(step) if isinstance(step, int) else _json_key(step) for step in path]
    return "$" + "".join(steps)


def _json_position(position: int) -> str:
    return f"[{position}]" if position >= 0 else f"[#{position}]"


def _json_key(key: str) -> str:
    return "." + json.dumps(key, ensure_ascii=False)


def _list_parameter(values: tuple[nodes.Literal, ...]) -> Stored:
    items = [value.stored for value in values]
    return json.dumps(items, ensure_ascii=False, default=bytes.hex)


def _like_pattern(node: nodes.Like) -> Stored:
    """Return a GLOB pattern, which minds the case; or for `ilike` wild cards U+0001 and U+0002."""
    if node.ignores_case:
        return case_blind_pattern(node)
    return translated_pattern(node, any_text="*", any_character="?", quote=_glob_quote)


def _glob_quote(character: str) -> str:
    return f"[{character}]" if character in "*?[" else character


SQLITE = Dialect(
    name="sqlite",
    placeholder="?{0}",
    decimal_collation=f" COLLATE {DECIMAL_COLLATION}",
    operators=_OPERATORS,
    functions=_FUNCTIONS,
    casts=_CASTS,
    json_forms={
        "json": "{0} -> {1}",
        "value": "{0} ->> {1}",
        "text": "CAST({0} ->> {1} AS TEXT)",
        "integer": "CAST({0} ->> {1} AS INTEGER)",
        "float": "CAST({0} ->> {1} AS REAL)",
        "boolean": "{0} ->> {1}",
    },
    json_path=_json_path,
    like="{0} GLOB {1}",
    ilike=f"{CASE_BLIND_LIKE}({{1}}, {{0}})",
    like_pattern=_like_pattern,
    regexp="pytuck_regexp({1}, {0}, {2})",
    list_rows={
        "int": "SELECT value FROM json_each({0})",
        "float": "SELECT value FROM json_each({0})",
        "str": "SELECT value FROM json_each({0})",
        "bytes": "SELECT unhex(value) FROM json_each({0})",
    },
    list_parameter=_list_parameter,
    # By bytes, since SQLite's own length and substr end at a NUL; with a dot on both sides, since
    # a part of an empty blob is NULL.
    text_matches={
        "contains": "instr({0}, {1}) > 0",
        "startswith": (
            "substr(CAST('.' || {0} AS BLOB), 1, octet_length({1}) + 1) = CAST('.' || {1} AS BLOB)"
        ),
        "endswith": (
            "substr(CAST({0} || '.' AS BLOB), octet_length({0}) - octet_length({1}) + 1) "
            "= CAST({1} || '.' AS BLOB)"
        ),
    },
    byte_sizes={"*": "octet_length({0})"},
    beginnings={"*": "substr({0}, 1, {1})"},
    reads_parts=True,
    most_parameters=32766,
    joins=JOINS,
    column_type=_column_type,
    true="1",
    false="0",
    no_limit=" LIMIT -1",
    fills_in_row_ids=True,
    has_unique_rules=True,
    begin_write="BEGIN IMMEDIATE",
)
