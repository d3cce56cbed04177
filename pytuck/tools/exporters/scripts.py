"""SQL scripts."""

from __future__ import annotations

from itertools import compress
from pathlib import Path

from pytuck.compiler import script
from pytuck.compiler.dialects import SQLITE
from pytuck.tools.exporters.base import Export
from pytuck.tools.model_classes import parents_first


def write_sql(path: Path, export: Export) -> None:
    """Write a script that makes the tables and fills them, in the SQL of SQLite."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(script.beginning())
        by_name = {table.name: table for table in export.tables}
        # So that it can be run where foreign keys are enforced.
        order = parents_first({name: table.table for name, table in by_name.items()})
        for table in (by_name[item.name] for item in order):
            file.write(script.definition(table.table, SQLITE))
            columns = table.table.columns
            names = [column.name for column in columns if not column.generated]
            kept = [not column.generated for column in columns]
            for batch in export.rows(table):
                rows = batch if all(kept) else [tuple(compress(row, kept)) for row in batch]
                file.writelines(script.inserts(table.name, names, rows, SQLITE))
            file.writelines(script.indexes(table.table, SQLITE))
            if table.next_key is not None:
                file.writelines(script.counter(table.table, table.next_key, SQLITE))
        file.write(script.end())
