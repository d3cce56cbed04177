"""A worker that serves a table of any number of rows, none of which is stored anywhere."""

from __future__ import annotations

import contextlib
import os
import threading
from typing import IO, Any

from pytuck_desktop.worker.protocol import Answer, Request, encode, read_message

COLUMN = {
    "type_name": "INTEGER",
    "storage": "integer",
    "nullable": True,
    "is_primary_key": False,
    "is_generated": False,
    "foreign_key": None,
    "default": None,
    "comment": None,
}


def square(row: int) -> int:
    """Return what the second column holds in a row."""
    return row * row % 100_003


class VirtualTable:
    """Speaks the protocol of a worker over pipes, as `ThreadTransport` does.

    Attributes:
        rows_sent: How many rows were asked for in all.
    """

    def __init__(self, rows: int, columns: int = 2) -> None:
        self.rows = rows
        self.columns = columns
        self.rows_sent = 0
        requests_in, requests_out = os.pipe()
        answers_in, answers_out = os.pipe()
        self.source: IO[bytes] = os.fdopen(answers_in, "rb")
        self.target: IO[bytes] = os.fdopen(requests_out, "wb")
        self._requests = os.fdopen(requests_in, "rb")
        self._answers = os.fdopen(answers_out, "wb", buffering=0)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> str:
        with contextlib.suppress(OSError):
            self.target.close()
        self._thread.join(timeout=10)
        return ""

    def _serve(self) -> None:
        with self._requests, self._answers, contextlib.suppress(OSError):
            while (message := read_message(self._requests)) is not None:
                if isinstance(message, Request):
                    answer = self._answer(message.operation, message.arguments)
                    self._answers.write(encode(Answer(message.id, answer)))

    def _answer(self, operation: str, arguments: dict[str, Any]) -> Any:
        match operation:
            case "open":
                return self._opened(arguments["path"])
            case "view_open":
                return self._page(0, arguments["count"])
            case "page" | "rows":
                return self._page(arguments["first"], arguments["count"])
            case "count":
                return self.rows
            case _:
                return None

    def _page(self, first: int, count: int) -> dict[str, Any]:
        numbers = range(first, min(first + count, self.rows))
        self.rows_sent += len(numbers)
        rest = [0] * (self.columns - 2)
        page = {
            "first": first,
            "identities": [row + 1 for row in numbers],
            "rows": [[row + 1, square(row + 1), *rest] for row in numbers],
            "wide": [],
            "damaged": [],
            "elapsed_ms": 0.1,
        }
        return {"count": self.rows, "exact": True, "ready": True, "revision": 1, "page": page}

    def _opened(self, path: str) -> dict[str, Any]:
        names = ["id", "square", *(f"c{number}" for number in range(3, self.columns + 1))]
        columns = [{"name": name, **COLUMN} for name in names]
        columns[0]["is_primary_key"] = True
        table = {
            "name": "virtual",
            "kind": "table",
            "columns": columns,
            "primary_key": ["id"],
            "identity": "rowid",
            "rowid_name": "id",
            "rowid_alias": "id",
            "comment": None,
            "is_editable": True,
            "foreign_keys": [],
        }
        return {
            "path": path,
            "engine": "virtual",
            "format_version": 0,
            "is_encrypted": False,
            "is_read_only": False,
            "read_only_reason": None,
            "writer": None,
            "size_bytes": 0,
            "notes": [],
            "tables": [table],
        }
