"""The `duckdb` engine: tables in a DuckDB file, for questions over many rows.

`engine` is the way in, `opening` opens a database with its defences up, `connection` runs
statements, `values` turns DuckDB's values into ours, `catalogue` and `foreign_keys` hold what
DuckDB does not keep or check, `reflection` reads the structure back, `errors` turns the driver's
errors into ours. The driver is imported when a DuckDB file is opened, and not before.
"""
