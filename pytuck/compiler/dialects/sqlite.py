"""SQLite's SQL."""

from __future__ import annotations

from pytuck.compiler.dialects.base import Dialect

DECIMAL_COLLATION = "pytuck_decimal"
"""The collation that compares the text of decimals as numbers; connections register it."""

CASE_BLIND_LIKE = "pytuck_ilike"
"""The function (pattern, text, escape) behind `ilike`; connections register it."""

SQLITE = Dialect(
    name="sqlite",
    decimal_collation=DECIMAL_COLLATION,
    case_blind_like=CASE_BLIND_LIKE,
    list_rows="SELECT value FROM json_each({0})",
    functions={},
    fills_in_row_ids=True,
    begin_write="BEGIN IMMEDIATE",
)
