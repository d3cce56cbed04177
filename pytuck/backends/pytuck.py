"""The `pytuck` engine: a SQLite file with this library's conventions (`.pytuck` format 1)."""

from __future__ import annotations

from dataclasses import replace

from pytuck.backends.base import EngineInfo
from pytuck.backends.capabilities import PYTUCK_CAPABILITIES
from pytuck.backends.file_check import APPLICATION_ID, FORMAT_VERSION
from pytuck.backends.password_change import write_with_password
from pytuck.backends.sqlite import SqliteEngine
from pytuck.backends.sqlite_connection import SqliteConnection
from pytuck.common.exceptions import ConfigurationError

_PAGE_BYTES = 4096


class PytuckEngine(SqliteEngine):
    """A `.pytuck` file, or the same in memory."""

    name = "pytuck"
    capabilities = PYTUCK_CAPABILITIES
    keeps_log = True

    def info(self, *, sizes: bool = False) -> EngineInfo:
        version = self._watcher.pragma("user_version")
        return replace(super().info(sizes=sizes), format_version=int(version or 0))

    def change_password(self, password: str | None) -> None:
        self._refuse_if_read_only()
        if not self.keeps_log:  # in memory, or a document
            super().change_password(password)
        if password is not None and (not password or "\0" in password):
            raise ConfigurationError("A password has at least one character, and no NUL.")
        with self.nothing_open():
            write_with_password(self.plan, password)
            self.plan = replace(self.plan, password=password, is_encrypted=password is not None)

    def _initialise(self, connection: SqliteConnection, *, is_file: bool) -> None:
        connection.pragma("page_size", _PAGE_BYTES)
        connection.pragma("encoding", "UTF-8")
        with connection.transaction():
            connection.pragma("application_id", APPLICATION_ID)
            connection.pragma("user_version", FORMAT_VERSION)
        if is_file:
            # After the header is in the file itself: others look there for what it is. Where a
            # write-ahead log is impossible, as on some network drives, SQLite says so and keeps
            # its ordinary journal.
            connection.pragma("journal_mode", "WAL")
