"""The sample: a small bookshop in the user's own folder, made on first use."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QStandardPaths

from pytuck_desktop.resources import resource_path

NAME = "bookshop.pytuck"


class Sample(QObject):
    """Makes the sample without blocking the window: another process runs the generator."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process: QProcess | None = None

    @staticmethod
    def path() -> Path:
        """Return where the user's copy of the sample is, or will be."""
        folder = QStandardPaths.writableLocation(
            QStandardPaths.StandardLocation.GenericDataLocation
        )
        return Path(folder) / "pytuck-desktop" / NAME

    def provide(self, then: Callable[[str], None]) -> None:
        """Call `then` with the sample's path, once it is there.

        If it cannot be made, opening the path gives the user the reason.
        """
        path = self.path()
        ready_made = Path(resource_path("sample", NAME))
        if path.exists() or self._process is not None:
            then(str(path))
        elif ready_made.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ready_made, path)
            then(str(path))
        else:
            self._generate(path, then)

    def _generate(self, path: Path, then: Callable[[str], None]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        generator = Path(resource_path("sample", "bookshop.py"))
        process = QProcess(self)
        environment = QProcessEnvironment.systemEnvironment()
        # `pytuck` stands beside this package, installed or not.
        environment.insert("PYTHONPATH", str(Path(__file__).parents[2]))
        process.setProcessEnvironment(environment)

        def done() -> None:
            self._process = None
            process.deleteLater()
            then(str(path))

        process.finished.connect(done)
        process.errorOccurred.connect(
            lambda error: done() if error == QProcess.ProcessError.FailedToStart else None
        )
        self._process = process
        process.start(sys.executable, [str(generator), str(path)])
