"""Parquet, through its format."""

from __future__ import annotations

from pathlib import Path

from pytuck.formats.registry import load_format
from pytuck.tools.exporters.base import Export


def write_parquet(path: Path, export: Export) -> None:
    """Write one table as a Parquet file."""
    load_format("parquet").save(path, export.tables, None, work=export.work)
