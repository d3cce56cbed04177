"""SQL with which DuckDB reads and writes Parquet files; `?1` is the path of a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from pytuck.compiler.dialects import DUCKDB

BATCH = "batch"
"""The name under which a batch of rows is registered; its columns are in the table's order."""

METADATA = "SELECT key, value FROM parquet_kv_metadata(?1)"

ROWS = "SELECT * FROM read_parquet(?1, hive_partitioning = false, union_by_name = false)"

INSERT = f"INSERT INTO rows_to_write SELECT * FROM {BATCH}"

_SETTINGS = (
    "SET GLOBAL TimeZone = 'UTC'",
    "SET GLOBAL python_enable_replacements = false",
    "SET pandas_analyze_sample = 1000000",
)


def opening(paths: Iterable[Path]) -> list[str]:
    """Return what a connection is set up with to reach some files and nothing else."""
    allowed = ", ".join(_text(str(path)) for path in paths)
    return [
        *_SETTINGS,
        f"SET allowed_paths = [{allowed}]",
        "SET enable_external_access = false",
        "SET lock_configuration = true",
    ]


def create_rows(types: Sequence[str]) -> str:
    """Return what makes the table in which rows wait to be written.

    Args:
        types: DuckDB's types of the columns.
    """
    columns = ", ".join(f"c{place} {kind}" for place, kind in enumerate(types))
    return f"CREATE OR REPLACE TEMP TABLE rows_to_write ({columns})"


def write_rows(
    path: Path, names: Sequence[str], metadata: str, compression: str, row_group_rows: int
) -> str:
    """Return what writes the rows that wait to a file.

    Args:
        names: The names of the columns in the file.
        metadata: A text of ours that is kept in the file.
    """
    columns = ", ".join(f"c{place} AS {DUCKDB.quote(name)}" for place, name in enumerate(names))
    return (
        f"COPY (SELECT {columns} FROM rows_to_write) TO {_text(str(path))} (FORMAT parquet, "
        "USE_TMP_FILE false, "
        f"COMPRESSION {compression}, ROW_GROUP_SIZE {row_group_rows:d}, "
        f"KV_METADATA {{pytuck: {_text(metadata)}}})"
    )


def count_nans(names: Sequence[str]) -> str:
    """Return what counts the values of float columns that are no numbers."""
    counts = ", ".join(f"count(*) FILTER (WHERE isnan({DUCKDB.quote(name)}))" for name in names)
    return f"SELECT {counts} FROM read_parquet(?1, hive_partitioning = false)"


def is_pattern(path: Path) -> bool:
    """Return whether `read_parquet` would take a path for a pattern of several."""
    return any(sign in str(path) for sign in "*?[")


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
