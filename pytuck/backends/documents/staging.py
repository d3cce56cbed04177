"""The private folder in which a document is held while it is open."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pytuck.common.temporary_names import maker_mark, sweep

_PREFIX = "pytuck-open-"


class StagingFolder:
    """A folder that only this user can look into, and that goes with the document.

    What killed programs left behind is taken away when one is made.

    Attributes:
        database: Where the SQLite database stands.
    """

    def __init__(self) -> None:
        with contextlib.suppress(OSError):
            sweep(Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"))
        self._path = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{maker_mark()}"))
        self.database = self._path / "rows.sqlite"

    @contextlib.contextmanager
    def another_database(self) -> Iterator[Path]:
        """Give the path of one more database, for the time of a `with` block."""
        path = self._path / "again.sqlite"
        try:
            yield path
        finally:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)

    def remove(self) -> None:
        """Take the folder away; on Windows a file in it that is still open stays."""
        shutil.rmtree(self._path, ignore_errors=True)
