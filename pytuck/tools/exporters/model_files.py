"""Python code of models."""

from __future__ import annotations

from pathlib import Path

from pytuck.tools.exporters.base import Export
from pytuck.tools.models import code_of_tables


def write_models(path: Path, export: Export) -> None:
    """Write a module with a model for each table; rows are not exported."""
    code = export.options.title or "Storage()"
    path.write_text(code_of_tables([item.table for item in export.tables], code), "utf-8")
