"""What is switched off in SQLite before a file from a stranger is read."""

from __future__ import annotations

import apsw


def defend(raw: apsw.Connection) -> None:
    """Close the doors a crafted file could use; the names are SQLite's own (`sqlite3_db_config`)."""
    raw.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
    raw.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
    raw.config(apsw.SQLITE_DBCONFIG_DQS_DML, 0)
    raw.config(apsw.SQLITE_DBCONFIG_DQS_DDL, 0)
    raw.config(apsw.SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0)
    raw.limit(apsw.SQLITE_LIMIT_ATTACHED, 0)
