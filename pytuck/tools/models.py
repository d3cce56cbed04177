"""Python code of models for the tables of a database."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pytuck.core.python_code import text_code
from pytuck.core.storage import Storage
from pytuck.schema import Table
from pytuck.tools.model_classes import ModelClasses
from pytuck.tools.settings import path_of


def model_code(
    source: Storage | str | Path,
    *,
    tables: Sequence[str] | None = None,
    storage_code: str | None = None,
) -> str:
    """Return a Python module with a model for each table.

    Running it maps the tables that are there, or makes the same ones in a new file. Relationships
    follow from foreign keys, `Enum` classes from columns with a choice of values.

    Args:
        source: An open storage, or the path of a database.
        tables: Only these; None for all.
        storage_code: The expression that opens the storage, in place of one with the path.

    Raises:
        TableNotFoundError: There is no table of a name.
    """
    if not isinstance(source, Storage):
        with Storage(path_of(source), read_only=True, create=False) as storage:
            return model_code(storage, tables=tables, storage_code=storage_code)
    names = list(source.tables) if tables is None else tables
    found = [source.tables[name].schema for name in names]
    path = "" if source.file_path is None else text_code(str(source.file_path))
    return code_of_tables(found, storage_code or f"Storage({path})")


def code_of_tables(tables: Sequence[Table], storage_code: str) -> str:
    """Return a Python module with models of tables."""
    classes = ModelClasses(tables)
    bodies = [classes.code(table) for table in classes.ordered]
    views = [table.name for table in tables if table.kind == "view"]
    lines = [
        '"""Models of the tables of a database."""',
        "",
        *classes.imports(),
        "",
        f"storage = {storage_code}",
        "Base = declarative_base(storage)",
    ]
    if views:
        lines += ["", f"# Views have no models: {', '.join(map(repr, views))}."]
    enums = classes.enums()
    return "\n".join(lines) + "\n" + "".join(f"\n\n{code}" for code in [*enums, *bodies])
