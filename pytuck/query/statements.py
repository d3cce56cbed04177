"""The roots in one place: questions, and the three ways to write."""

from __future__ import annotations

from typing import Any

from pytuck.query.questions import Compound
from pytuck.query.selects import HasSource, Select, count_of, select
from pytuck.query.writes import Delete, Insert, Update, delete, insert, update

Statement = Select[Any] | Compound[Any] | Insert[Any] | Update[Any] | Delete[Any]
"""What an engine runs: one of the roots."""

__all__ = [
    "Compound",
    "Delete",
    "HasSource",
    "Insert",
    "Select",
    "Statement",
    "Update",
    "count_of",
    "delete",
    "insert",
    "select",
    "update",
]
