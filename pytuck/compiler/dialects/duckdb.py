"""DuckDB's SQL, with the functions that our connections register for what DuckDB does otherwise.

Types: dates are DATE; points in time, times of day and durations are what other engines store
(ISO 8601 text and microseconds), because DuckDB's own types lose the offset. Decimals are
DECIMAL; one declared without digits is DECIMAL(38, 18).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import Enum
from typing import Any
from uuid import UUID

from pytuck.common.exceptions import SchemaError
from pytuck.compiler.dialects.base import JOINS, OPERATORS, Dialect
from pytuck.compiler.dialects.like_patterns import case_blind_pattern, translated_pattern
from pytuck.query import nodes
from pytuck.types import ColumnType, DecimalType, RawType, StorageClass, Stored

DECIMAL_DIGITS, DECIMAL_SCALE = 38, 18
"""The digits of a decimal that is declared without any: in all, and after the point."""

_DECIMAL = f"DECIMAL({DECIMAL_DIGITS},{DECIMAL_SCALE})"
_ISO = "'%Y-%m-%d %H:%M:%S.%f'"

_STORAGE_TYPES = {
    StorageClass.INTEGER: "BIGINT",
    StorageClass.REAL: "DOUBLE",
    StorageClass.TEXT: "VARCHAR",
    StorageClass.BLOB: "BLOB",
    StorageClass.BOOLEAN: "BOOLEAN",
    StorageClass.DATE: "DATE",
    StorageClass.TIME: "VARCHAR",
    StorageClass.TIMESTAMP: "VARCHAR",
    StorageClass.JSON: "JSON",
}


def column_type(kind: ColumnType[Any]) -> str:
    """Return how DuckDB declares a column of a type.

    Raises:
        SchemaError: DuckDB has no decimals of so many digits.
    """
    if isinstance(kind, DecimalType):
        return _decimal_type(kind)
    if isinstance(kind, RawType):
        return kind.declared or "VARCHAR"
    if kind.python_type is UUID:
        return "UUID"
    if issubclass(kind.python_type, Enum):
        values = [member.value for member in kind.python_type]
        return "BIGINT" if all(type(value) is int for value in values) else "VARCHAR"
    return _STORAGE_TYPES[kind.storage_class]


def _decimal_type(kind: DecimalType) -> str:
    if kind.precision is None:
        return _DECIMAL
    if kind.precision > DECIMAL_DIGITS:
        raise SchemaError(
            f"DuckDB keeps decimals of at most {DECIMAL_DIGITS} digits, not {kind.precision}."
        )
    return f"DECIMAL({kind.precision},{kind.scale or 0})"


def _decimals(function: str, *operands: str) -> str:
    """Return the call of one of our functions, which know decimals as text."""
    texts = ", ".join(f"CAST({operand} AS VARCHAR)" for operand in operands)
    return f"CAST(pytuck_decimal_{function}({texts}) AS {_DECIMAL})"


def _part(start: int, length: int) -> str:
    """Return the template of a part of a point in time, which is text of a fixed layout."""
    return f"CAST(substr(CAST({{0}} AS VARCHAR), {start}, {length}) AS BIGINT)"


_DAY = "CAST(substr(CAST({0} AS VARCHAR), 1, 10) AS DATE)"
_DIVIDED = "({0} // {1} - CAST(({0} % {1}) * sign({1}) < 0 AS BIGINT))"
_REST = "({0} % {1} + {1} * CAST(({0} % {1}) * sign({1}) < 0 AS BIGINT))"
_TRIMMED_DECIMAL = (
    "CASE WHEN contains(CAST({0} AS VARCHAR), '.') "
    "THEN rtrim(rtrim(CAST({0} AS VARCHAR), '0'), '.') ELSE CAST({0} AS VARCHAR) END"
)

_OPERATORS = {
    **OPERATORS,
    "/": "CAST({0} AS DOUBLE) / nullif({1}, 0)",
    # DuckDB's own // and % of whole numbers round towards zero; Python's downwards.
    "//": _DIVIDED,
    "%": _REST,
    "//:float": (
        "round(({0} - {0} % nullif({1}, 0)) / nullif({1}, 0)) "
        "- CAST(({0} % nullif({1}, 0)) * sign({1}) < 0 AS BIGINT)"
    ),
    "%:float": (
        "{0} % nullif({1}, 0) + {1} * CAST(({0} % nullif({1}, 0)) * sign({1}) < 0 AS BIGINT)"
    ),
    # DuckDB's own product has as many digits after the point as both factors: too many soon.
    "*:Decimal": _decimals("multiply", "{0}", "{1}"),
    "/:Decimal": _decimals("divide", "{0}", "{1}"),
    "//:Decimal": _decimals("floor_divide", "{0}", "{1}"),
    "%:Decimal": _decimals("modulo", "{0}", "{1}"),
}

_FUNCTIONS = {
    # A sum of BIGINT would be a HUGEINT, which nothing else here gives.
    "sum:int": "CAST(sum({all}){suffix} AS BIGINT)",
    "sum:bool": "CAST(sum({all}){suffix} AS BIGINT)",
    "sum:timedelta": "CAST(sum({all}){suffix} AS BIGINT)",
    "length:bytes": "octet_length({0})",
    "total": "coalesce(CAST(sum({all}){suffix} AS DOUBLE), 0.0)",
    "total:Decimal": "coalesce(sum({all}){suffix}, 0)",
    "avg:bool": "avg(CAST({0} AS BIGINT))",
    "avg:Decimal": _decimals("divide", "sum({all}){suffix}", "count({all}){suffix}"),
    "avg:timedelta": "CAST(round(avg({all}){suffix}) AS BIGINT)",
    "median:Decimal": f"median(CAST({{0}} AS {_DECIMAL}))",
    "median:timedelta": "CAST(round(median({all}){suffix}) AS BIGINT)",
    "stddev": "stddev_samp({all})",
    "variance": "var_samp({all})",
    "max/2": "CASE WHEN {0} IS NOT NULL AND {1} IS NOT NULL THEN greatest({0}, {1}) END",
    "min/2": "CASE WHEN {0} IS NOT NULL AND {1} IS NOT NULL THEN least({0}, {1}) END",
    # Text of ASCII alone has as many bytes as characters.
    "lower": "CASE WHEN strlen({0}) = length({0}) THEN lower({0}) ELSE pytuck_lower({0}) END",
    "upper": "CASE WHEN strlen({0}) = length({0}) THEN upper({0}) ELSE pytuck_upper({0}) END",
    "replace": "CASE WHEN {1} = '' THEN {0} ELSE replace({0}, {1}, {2}) END",
    "round/1": "round(CAST({0} AS DOUBLE))",
    "round/2": "pytuck_round(CAST({0} AS DOUBLE), {1})",
    "round/1:int": "CAST({0} AS BIGINT)",
    "round/2:int": "CAST({0} AS BIGINT)",
    "round/1:Decimal": f"CAST(pytuck_decimal_round(CAST({{0}} AS VARCHAR), 0) AS {_DECIMAL})",
    "round/2:Decimal": f"CAST(pytuck_decimal_round(CAST({{0}} AS VARCHAR), {{1}}) AS {_DECIMAL})",
    "sqrt": "CASE WHEN {0} >= 0 THEN sqrt({0}) END",
    "ln": "CASE WHEN {0} > 0 THEN ln({0}) END",
    "log/1": "CASE WHEN {0} > 0 THEN log({0}) END",
    "char": "chr({0})",
    "year": _part(1, 4),
    "month": _part(6, 2),
    "day": _part(9, 2),
    "hour": _part(12, 2),
    "hour:time": _part(1, 2),
    "minute": _part(15, 2),
    "minute:time": _part(4, 2),
    "second": _part(18, 2),
    "second:time": _part(7, 2),
    "microsecond": "CAST(rpad(substr(CAST({0} AS VARCHAR), 21, 6), 6, '0') AS BIGINT)",
    "microsecond:time": (
        "CASE WHEN substr(CAST({0} AS VARCHAR), 9, 1) = '.' "
        "THEN CAST(substr(CAST({0} AS VARCHAR), 10, 6) AS BIGINT) "
        "WHEN {0} IS NOT NULL THEN 0 END"
    ),
    "quarter": f"quarter({_DAY})",
    "week": f"week({_DAY})",
    "weekday": f"(isodow({_DAY}) - 1)",
    "day_of_year": f"dayofyear({_DAY})",
    "date": _DAY,
    "time": (
        "CASE WHEN substr(CAST({0} AS VARCHAR), 20, 7) = '.000000' "
        "THEN substr(CAST({0} AS VARCHAR), 12, 8) ELSE substr(CAST({0} AS VARCHAR), 12, 15) END"
    ),
    "shift:datetime": "pytuck_shift_datetime(CAST({0} AS VARCHAR), {1})",
    "shift:date": "CAST(pytuck_shift_date(CAST({0} AS VARCHAR), {1}) AS DATE)",
    "elapsed": "pytuck_elapsed(CAST({0} AS VARCHAR), CAST({1} AS VARCHAR))",
    "now": f"strftime(CAST(now() AS TIMESTAMP), {_ISO})",
    "current_timestamp": f"strftime(CAST(now() AS TIMESTAMP), {_ISO})",
    "current_date": "CAST(CAST(now() AS TIMESTAMP) AS DATE)",
    "current_time": "strftime(CAST(now() AS TIMESTAMP), '%H:%M:%S')",
}

_CASTS = {
    "int": "CAST({0} AS BIGINT)",
    # Towards zero, as elsewhere; DuckDB's own cast rounds.
    "int:float": "CAST(trunc({0}) AS BIGINT)",
    "int:Decimal": "CAST(trunc({0}) AS BIGINT)",
    "int:str": (
        "CASE WHEN {0} IS NOT NULL THEN "
        "coalesce(TRY_CAST(regexp_extract({0}, '^\\s*[-+]?[0-9]+') AS BIGINT), 0) END"
    ),
    "float": "CAST({0} AS DOUBLE)",
    "str": "CAST({0} AS VARCHAR)",
    "str:bytes": "decode({0})",
    "str:Decimal": _TRIMMED_DECIMAL,
    "bool": "CAST({0} AS DOUBLE) <> 0",
    "bool:bool": "{0}",
    "bytes": "CAST({0} AS BLOB)",
    "bytes:str": "encode({0})",
    "Decimal": f"TRY_CAST({{0}} AS {_DECIMAL})",
    "date": "TRY_CAST({0} AS DATE)",
    "date:datetime": _DAY,
    "datetime": f"strftime(TRY_CAST({{0}} AS TIMESTAMP), {_ISO})",
    "datetime:datetime": "{0}",
    "datetime:date": "CAST({0} AS VARCHAR) || ' 00:00:00.000000'",
    "time": "CAST(TRY_CAST({0} AS TIME) AS VARCHAR)",
    "time:time": "{0}",
    "timedelta:timedelta": "{0}",
    "UUID": "TRY_CAST({0} AS UUID)",
}

_NUMBERS = "('BIGINT', 'UBIGINT', 'HUGEINT', 'DOUBLE')"
_IF_NUMBER = f"CASE WHEN json_type({{0}}, {{1}}) IN {_NUMBERS} THEN "
_JSON_FORMS: Mapping[str, str] = {
    "json": "{0} -> {1}",
    "value": "{0} ->> {1}",
    "value:str": "CASE WHEN json_type({0}, {1}) = 'VARCHAR' THEN {0} ->> {1} END",
    "value:int": f"{_IF_NUMBER}TRY_CAST({{0}} ->> {{1}} AS DOUBLE) END",
    "value:float": f"{_IF_NUMBER}TRY_CAST({{0}} ->> {{1}} AS DOUBLE) END",
    "value:bool": (
        "CASE WHEN json_type({0}, {1}) = 'BOOLEAN' THEN CAST({0} ->> {1} AS BOOLEAN) END"
    ),
    "text": "{0} ->> {1}",
    "integer": "TRY_CAST(trunc(TRY_CAST({0} ->> {1} AS DOUBLE)) AS BIGINT)",
    "float": "TRY_CAST({0} ->> {1} AS DOUBLE)",
    "boolean": "TRY_CAST({0} ->> {1} AS BOOLEAN)",
}


def _json_path(path: tuple[str | int, ...]) -> Stored:
    steps = [_json_position(step) if isinstance(step, int) else _json_key(step) for step in path]
    return "$" + "".join(steps)


def _json_position(position: int) -> str:
    return f"[{position}]" if position >= 0 else f"[#{position}]"


def _json_key(key: str) -> str:
    return "." + json.dumps(key, ensure_ascii=False)


def _list_parameter(values: tuple[nodes.Literal, ...]) -> Stored:
    # The driver takes lists as they are; the connection makes one of the text.
    return json.dumps([value.stored for value in values], ensure_ascii=False)


def _like_pattern(node: nodes.Like) -> Stored:
    if node.ignores_case:
        return case_blind_pattern(node)
    return translated_pattern(node, any_text="%", any_character="_", quote=_like_quote)


def _like_quote(character: str) -> str:
    return f"\\{character}" if character in "%_\\" else character


DUCKDB = Dialect(
    name="duckdb",
    placeholder="?{0}",
    typed_placeholders={
        "int": "CAST(?{0} AS BIGINT)",
        "float": "CAST(?{0} AS DOUBLE)",
        "bool": "CAST(?{0} AS BOOLEAN)",
        "str": "CAST(?{0} AS VARCHAR)",
        "bytes": "CAST(?{0} AS BLOB)",
        "datetime": "CAST(?{0} AS VARCHAR)",
        "time": "CAST(?{0} AS VARCHAR)",
        # A cast would round it; but a parameter alone is nothing to sort by.
        "Decimal": "coalesce(?{0}, NULL)",
        "date": "CAST(?{0} AS DATE)",
        "UUID": "CAST(?{0} AS UUID)",
        "timedelta": "CAST(?{0} AS BIGINT)",
    },
    shares_parameters=True,
    lists_are_typed=True,
    text_matches={
        "contains": "contains({0}, {1})",
        "startswith": "starts_with({0}, {1})",
        "endswith": "ends_with({0}, {1})",
    },
    byte_sizes={
        "str": "strlen({0})",
        "bytes": "octet_length({0})",
        "list": "strlen(CAST({0} AS VARCHAR))",
        "dict": "strlen(CAST({0} AS VARCHAR))",
    },
    # As text, or the beginnings would have to be JSON as well.
    wholes={"list": "CAST({0} AS VARCHAR)", "dict": "CAST({0} AS VARCHAR)"},
    beginnings={
        "str": "substr({0}, 1, {1})",
        "bytes": "{0}[1:{1}]",
        "list": "substr(CAST({0} AS VARCHAR), 1, {1})",
        "dict": "substr(CAST({0} AS VARCHAR), 1, {1})",
    },
    most_parameters=32766,
    decimal_collation="",
    column_type=column_type,
    blob="unhex('{0}')",
    infinity="CAST('inf' AS DOUBLE)",
    operators=_OPERATORS,
    functions=_FUNCTIONS,
    casts=_CASTS,
    json_forms=_JSON_FORMS,
    json_path=_json_path,
    like="{0} LIKE {1} ESCAPE '\\'",
    ilike="pytuck_ilike({1}, {0})",
    like_pattern=_like_pattern,
    regexp="pytuck_regexp({1}, {0}, {2})",
    list_rows={
        "int": "SELECT unnest(from_json({0}, '[\"BIGINT\"]'))",
        "str": "SELECT unnest(from_json({0}, '[\"VARCHAR\"]'))",
    },
    list_parameter=_list_parameter,
    joins=JOINS,
    writes_nulls_order=True,
    checks_foreign_keys=False,
    has_unique_rules=True,
    writes_batches=True,
)
