"""Changes of the structure of a DuckDB database.

DuckDB alters only some parts of a table, and none at all of one that has indexes; so most changes
make the table anew, or take its indexes away for a while. What DuckDB itself does not keep of a
table is kept beside it, and follows. Read `structure_changes.changes` first.
"""

from pytuck.backends.duckdb.structure_changes.changes import StructureChanges

__all__ = ["StructureChanges"]
