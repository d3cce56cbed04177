"""SQL that describes a DuckDB database and sets up a connection; `?1` is the table's name."""

from __future__ import annotations

SCHEMA = "SET schema = {0}"
"""Makes the tables of a schema those that names without one mean."""

SETTINGS = (
    "SET GLOBAL error_on_division_by_zero = false",
    "SET GLOBAL TimeZone = 'UTC'",
    "SET GLOBAL python_enable_replacements = false",
)
"""What the dialect relies on."""

LOCK = "SET lock_configuration = true"
"""Nothing that is run later can take the defences down."""

CHECKPOINT = "CHECKPOINT"
"""Writes what is committed from the log into the file itself."""

ROOM = "SELECT block_size, free_blocks FROM pragma_database_size()"
"""How large a block is, and how many are free; the blocks of the file are its unit of room."""

TABLE_BLOCKS = """
SELECT count(DISTINCT block_id) FROM pragma_storage_info({0}) WHERE persistent
"""
"""How many blocks hold the values of a table, whose name is in the place of {0} as a text."""

FINGERPRINT = "SELECT bit_xor(hash(t)) FROM {0} AS t"
"""Reads every value of a table, and with it the checksum of every block that it stands in."""

VIEWS = """
SELECT view_name, sql FROM duckdb_views()
WHERE schema_name = current_schema() AND database_name = current_database() AND NOT internal
ORDER BY view_oid
"""

OTHER_OBJECTS = """
SELECT 'schema ' || schema_name FROM duckdb_schemas()
WHERE database_name = current_database() AND NOT internal AND schema_name <> current_schema()
  AND schema_name <> 'main'
UNION ALL
SELECT 'sequence ' || sequence_name FROM duckdb_sequences()
WHERE database_name = current_database()
UNION ALL
SELECT 'macro ' || function_name FROM duckdb_functions()
WHERE database_name = current_database() AND NOT internal AND function_type LIKE '%macro%'
UNION ALL
SELECT 'type ' || type_name FROM duckdb_types()
WHERE database_name = current_database() AND NOT internal AND schema_name = current_schema()
"""
"""What else than tables and views a database has."""

TABLES = """
SELECT table_name, 'table', comment FROM duckdb_tables()
WHERE schema_name = current_schema() AND database_name = current_database() AND NOT internal
UNION ALL
SELECT view_name, 'view', comment FROM duckdb_views()
WHERE schema_name = current_schema() AND database_name = current_database() AND NOT internal
"""

COLUMNS = """
SELECT column_name, data_type, is_nullable, column_default, comment, is_generated
FROM duckdb_columns()
WHERE schema_name = current_schema() AND database_name = current_database() AND table_name = ?1
ORDER BY column_index
"""

CONSTRAINTS = """
SELECT constraint_type, to_json(constraint_column_names), referenced_table,
       to_json(referenced_column_names)
FROM duckdb_constraints()
WHERE schema_name = current_schema() AND database_name = current_database() AND table_name = ?1
ORDER BY constraint_index
"""

INDEXES = """
SELECT index_name, is_unique, to_json(CAST(expressions AS VARCHAR[])), comment
FROM duckdb_indexes()
WHERE schema_name = current_schema() AND database_name = current_database() AND table_name = ?1
ORDER BY index_name
"""
"""The parts of an index are SQL: names of columns, or expressions in parentheses."""

DEFINITION = """
SELECT sql FROM duckdb_tables()
WHERE schema_name = current_schema() AND database_name = current_database() AND table_name = ?1
"""

NAMES = """
SELECT table_name FROM duckdb_tables()
WHERE schema_name = current_schema() AND database_name = current_database()
UNION ALL
SELECT view_name FROM duckdb_views()
WHERE schema_name = current_schema() AND database_name = current_database()
UNION ALL
SELECT index_name FROM duckdb_indexes()
WHERE schema_name = current_schema() AND database_name = current_database()
"""
"""Everything that has a name which a new table or index cannot have."""

OWN_REFERENCES = """
SELECT table_name FROM duckdb_constraints()
WHERE schema_name = current_schema() AND database_name = current_database()
  AND constraint_type = 'FOREIGN KEY' AND lower(referenced_table) = lower(?1)
"""
"""Tables with foreign keys to a table that DuckDB itself checks."""

STRUCTURE_WORDS = ("CREATE", "ALTER", "DROP", "COMMENT")
"""What a statement begins with that changes tables."""

IS_LOCKED = "SELECT current_setting('lock_configuration')"
"""Whether a connection of this process has set the database up already."""
