"""Builds the application and wires its parts: the only place that knows them all."""

from __future__ import annotations

import gc
import subprocess
from collections.abc import Callable

from PySide6.QtCore import QDeadlineTimer, QEventLoop, QSettings, QTimer
from PySide6.QtWidgets import QApplication

from pytuck_desktop import __version__, trace
from pytuck_desktop.i18n.language import choose_language, install_language
from pytuck_desktop.options import Options
from pytuck_desktop.shell.gui_thread import GuiThread
from pytuck_desktop.shell.main_window import MainWindow
from pytuck_desktop.shell.preferences import Preferences
from pytuck_desktop.shell.prompts import Prompts
from pytuck_desktop.theme.theme import QT_ARGUMENTS, Theme, ThemeChoice
from pytuck_desktop.worker.client import ErrorInfo, WorkerClient
from pytuck_desktop.worker.launch import start_worker
from pytuck_desktop.workspace.documents import Document

_FIRST_ROWS_MS = 200
_COMPLETE_MS = 1000
"""The window is complete after this time even if it was not painted: shown minimized, say."""
_WITHOUT_INPUT = (
    QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents
    | QEventLoop.ProcessEventsFlag.WaitForMoreEvents
)

Worker = subprocess.Popen[bytes]


class Application:
    """The running application: theme, language, window, and how files get their worker.

    Args:
        first_worker: A worker started while Qt was loading; the first file opened gets it.
        prompts: Who answers the questions; dialogs if not given.
    """

    def __init__(
        self,
        qt: QApplication,
        options: Options,
        settings: QSettings,
        first_worker: Worker | None = None,
        prompts: Prompts | None = None,
    ) -> None:
        self.qt = qt
        self.preferences = Preferences(settings)
        language = choose_language(options.language or self.preferences.language)
        self._translators = install_language(qt, language)
        choice: ThemeChoice = options.theme or self.preferences.theme  # type: ignore[assignment]
        self.theme = Theme(qt, choice)
        self._first_worker = first_worker
        self.gui = GuiThread(qt)
        self.window = MainWindow(
            opener=self._open,
            theme=self.theme,
            preferences=self.preferences,
            sample=self._provide_sample,
            prompts=prompts,
        )
        if options.size is not None:
            self.window.resize(*options.size)
        if not options.files:
            self.window.complete()

    def _open(
        self,
        path: str,
        password: str | None,
        on_ready: Callable[[Document], None],
        on_failed: Callable[[ErrorInfo], None],
    ) -> None:
        Document.open(
            path,
            connect=self._connect,
            post=self.gui.post,
            password=password,
            on_ready=on_ready,
            on_failed=on_failed,
        )

    def _connect(self) -> WorkerClient:
        process, self._first_worker = self._first_worker, None
        return WorkerClient(process or start_worker(), post=self.gui.post)

    def _provide_sample(self, then: Callable[[str], None]) -> None:
        from pytuck_desktop.shell.sample import Sample

        Sample(self.window).provide(then)

    def open_files(self, paths: tuple[str, ...]) -> None:
        """Open the files of the command line."""
        self.window.navigation.open_in_turn(paths)

    def show(self) -> None:
        """Show the window: its first rows as soon as possible, the controls around them next."""
        self._wait_for_first_rows()
        if self.window.has_rows:
            self.window.rows_painted.connect(self._complete_later)
            QTimer.singleShot(_COMPLETE_MS, self.window.complete)
        else:
            self.window.complete()
        self.window.show()

    def _complete_later(self) -> None:
        # The painting that is going on comes to the screen first.
        self.window.rows_painted.disconnect(self._complete_later)
        QTimer.singleShot(0, self.window.complete)

    def _wait_for_first_rows(self) -> None:
        """Let the first rows arrive before the window is shown, so that it is painted once.

        They are ready by then as a rule: the worker works while the window is built. Bounded by
        `_FIRST_ROWS_MS`; the window shows its placeholders then.
        """
        deadline = QDeadlineTimer(_FIRST_ROWS_MS)
        while not deadline.hasExpired() and self.window.is_loading:
            self.qt.processEvents(_WITHOUT_INPUT, deadline.remainingTime())


def run(options: Options, first_worker: Worker | None) -> int:
    """Show the window and run until it is closed."""
    qt = QApplication(list(QT_ARGUMENTS))
    qt.setApplicationName("pytuck-desktop")
    qt.setOrganizationName("pytuck")
    qt.setApplicationDisplayName("Pytuck Desktop")
    qt.setApplicationVersion(__version__)
    qt.setDesktopFileName("pytuck-desktop")
    settings = QSettings(
        QSettings.Format.IniFormat, QSettings.Scope.UserScope, "pytuck", "pytuck-desktop"
    )
    application = Application(qt, options, settings, first_worker)
    window = application.window
    screenshot = None
    if options.screenshot:
        from pytuck_desktop.shell.screenshot import Screenshot

        screenshot = Screenshot(window, options.screenshot, wants_rows=bool(options.files))
    application.open_files(options.files)
    application.show()
    trace.mark("window_shown")
    gc.freeze()
    gc.enable()
    return qt.exec() if screenshot is None else screenshot.run(qt)
