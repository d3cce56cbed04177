"""A document without a window: answers wait in a queue until the test lets them in."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable

from pytuck_desktop.worker.client import ErrorInfo, WorkerClient
from pytuck_desktop.worker.in_process import ThreadTransport
from pytuck_desktop.worker.launch import start_worker
from pytuck_desktop.workspace.documents import Document

TIMEOUT_S = 15


class Office:
    """Opens documents and runs their callbacks."""

    def __init__(self, *, in_process: bool = True) -> None:
        self._calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._in_process = in_process
        self.workers: list = []
        self.documents: list[Document] = []

    def connect(self) -> WorkerClient:
        worker = ThreadTransport() if self._in_process else start_worker()
        self.workers.append(worker)
        return WorkerClient(worker, post=self._calls.put)

    def wait(self, condition: Callable[[], object], timeout_s: float = TIMEOUT_S) -> None:
        """Let answers in until the condition holds."""
        deadline = time.monotonic() + timeout_s
        while not condition():
            remaining = deadline - time.monotonic()
            assert remaining > 0, "it did not happen in time"
            try:
                self._calls.get(timeout=min(remaining, 0.05))()
            except queue.Empty:
                continue

    def open(self, path, **options) -> Document | ErrorInfo:
        """Open a file and return the document, or why there is none."""
        outcome: list = []
        Document.open(
            str(path),
            connect=self.connect,
            post=self._calls.put,
            on_ready=outcome.append,
            on_failed=outcome.append,
            **options,
        )
        self.wait(lambda: outcome)
        if isinstance(outcome[0], Document):
            self.documents.append(outcome[0])
        return outcome[0]

    def rows(self, document, table, first=0, last=50):
        """Open a view and wait for rows."""
        view = document.open_rows(table)
        view.want(first, last)
        self.wait(lambda: view.is_order_ready and self.has(view, first, last))
        return view

    @staticmethod
    def has(view, first, last) -> bool:
        last = min(last, view.row_count - 1)
        return all(view.row(index) is not None for index in range(first, last + 1))

    def save(self, document) -> ErrorInfo | None:
        """Save and return what went wrong, if anything did."""
        outcome: list = []
        document.save(lambda: outcome.append(None), outcome.append)
        self.wait(lambda: outcome)
        return outcome[0]

    def close(self) -> None:
        for document in self.documents:
            document.close()
        for worker in self.workers:
            worker.wait(timeout=10) if hasattr(worker, "wait") else worker.close()
