"""The window for one value that needs room: long text, JSON, bytes, images."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from pytuck.types import StorageClass, Stored
from pytuck_desktop.widgets.editors.panes import (
    MOST_TREE_CHARACTERS,
    HexPane,
    JsonPane,
    TextPane,
    json_mistake,
    laid_out,
)
from pytuck_desktop.widgets.editors.reading import Reading
from pytuck_desktop.widgets.editors.refusal_texts import refusal_text
from pytuck_desktop.widgets.editors.value_files import ValueFiles
from pytuck_desktop.widgets.labels import PlainLabel
from pytuck_desktop.widgets.picture import Picture
from pytuck_desktop.widgets.small_image import image_facts
from pytuck_desktop.workspace.typed_text import Typed

_SIZE = (720, 520)
_SUFFIXES = {"png": ".png", "jpeg": ".jpg", "gif": ".gif", "bmp": ".bmp", "webp": ".webp"}


class ValueWindow(QDialog):
    """Shows a value as what it is, and lets it be changed, loaded from a file and saved to one."""

    entered = Signal(object)  # the new value; only if it was changed

    def __init__(
        self, reading: Reading, *, is_editable: bool, title: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Value of {0}").format(reading.column.name[:80]))
        self.setSizeGripEnabled(True)
        self.resize(*_SIZE)
        self._reading = reading
        self._is_editable = is_editable
        self._files = ValueFiles(self)
        self._files.loaded.connect(self._take_file)
        self._files.saved.connect(self._say_saved)
        self._files.failed.connect(self._say_failed)
        self._value: Stored = reading.held
        self.is_bytes = isinstance(reading.held, bytes) or (
            reading.held is None and reading.kind.storage_class is StorageClass.BLOB
        )
        self.tabs = QTabWidget()
        self.text: TextPane | None = None
        self.json: JsonPane | None = None
        self.hex: HexPane | None = None
        self.picture: Picture | None = None
        if self.is_bytes:
            self._add_bytes()
        else:
            self._add_text()
        self.note = PlainLabel("", tone="error", wrap=True)
        self.facts = PlainLabel("", tone="muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(8)
        column.addWidget(PlainLabel(title, tone="heading", wrap=True))
        column.addWidget(self.tabs, 1)
        column.addWidget(self.facts)
        column.addWidget(self.note)
        column.addLayout(self._buttons())
        self._show_bytes()
        self._check()
        QShortcut(QKeySequence("Ctrl+Return"), self, self._enter)

    # --- building --------------------------------------------------------------------------

    def _add_text(self) -> None:
        is_json = self._reading.kind.storage_class is StorageClass.JSON
        text = self._reading.started_with
        may_be_json = len(text) <= MOST_TREE_CHARACTERS and (is_json or text[:1] in ("{", "["))
        self._started_with = laid_out(text) if is_json and may_be_json else text
        self.text = TextPane(
            self._started_with, is_editable=self._is_editable, is_fixed=may_be_json
        )
        # Qt counts \r\n as one line break: what was not touched must stay what it is.
        self._started_with = self.text.text
        self.text.changed.connect(self._check)
        if may_be_json:
            self.json = JsonPane(is_editable=self._is_editable)
            self.json.show_text(self.text.text or "null")
            self.json.changed.connect(self.text.put)
            self.tabs.addTab(self.json, self.tr("Tree"))
            self.tabs.currentChanged.connect(self._follow_tab)
        self.tabs.addTab(self.text, self.tr("Text"))

    def _add_bytes(self) -> None:
        self.hex = HexPane()
        self.picture = Picture()
        self.picture.setAccessibleName(self.tr("Image"))
        self.tabs.addTab(self.picture, self.tr("Image"))
        self.tabs.addTab(self.hex, self.tr("Bytes"))

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.load = self._button(self.tr("Load…"), self._ask_load)
        self.save = self._button(self.tr("Save to file…"), self._ask_save)
        self.null = self._button(self.tr("Set NULL"), self._enter_null)
        self.cancel = self._button(self.tr("Cancel"), self.reject)
        self.take = self._button(self.tr("Done"), self._enter)
        self.take.setObjectName("primary")
        self.take.setToolTip("Ctrl+Enter")
        row.addWidget(self.load)
        row.addWidget(self.save)
        row.addStretch(1)
        for button in (self.null, self.cancel, self.take):
            row.addWidget(button)
        self.load.setVisible(self._is_editable)
        self.null.setVisible(self._is_editable and self._reading.column.nullable)
        self.take.setVisible(self._is_editable)
        if not self._is_editable:
            self.cancel.setText(self.tr("Close"))
        return row

    def _button(self, text: str, run: Callable[[], object]) -> QPushButton:
        button = QPushButton(text)
        button.setAutoDefault(False)
        button.clicked.connect(lambda _=False: run())
        return button

    # --- the value -------------------------------------------------------------------------

    def typed(self) -> Typed | None:
        """Return what is in the window; None if nothing was changed."""
        if self.text is None:
            return self._reading.of_value(self._value)
        if self.text.text == self._started_with:
            return None
        return self._reading.of_text(self.text.text)

    def _check(self) -> None:
        typed = self.typed() if self._is_editable else None
        is_refused = typed is not None and typed.refusal is not None
        self.note.show_text(self._reason(typed) if typed is not None and is_refused else "")
        self.note.setVisible(is_refused)
        self.take.setEnabled(not is_refused)
        self.save.setEnabled(self.text is not None or self._value is not None)

    def _reason(self, typed: Typed) -> str:
        mistake = json_mistake(self.text.text) if self.json is not None and self.text else None
        if mistake is None:
            return refusal_text(typed)
        return self.tr("Not JSON: line {0}, column {1}.").format(*mistake)

    def _enter(self) -> None:
        typed = self.typed() if self._is_editable else None
        if typed is not None and typed.refusal is not None:
            return
        if typed is not None:
            self.entered.emit(typed.value)
        self.accept()

    def _enter_null(self) -> None:
        if self._reading.held is not None:
            self.entered.emit(None)
        self.accept()

    def _follow_tab(self) -> None:
        is_shown = self.json is not None and self.tabs.currentWidget() is self.json
        if is_shown and self.json is not None and self.text is not None:
            self.json.show_text(self.text.text or "null")

    def _show_bytes(self) -> None:
        self.facts.setVisible(self.is_bytes)
        if self.hex is None or self.picture is None:
            return
        data = self._value if isinstance(self._value, bytes) else b""
        self.hex.model.show(data)
        facts = image_facts(data)
        self.tabs.setTabVisible(0, facts is not None)
        size = self.tr("{0} bytes").format(f"{len(data):,}")
        if self._value is None:
            size = "NULL"
        if facts is not None:
            self.picture.show_image(data)
            size += f" · {facts.kind.upper()} {facts.size.width()} x {facts.size.height()}"
            self.tabs.setCurrentIndex(0)
        self.facts.show_text(size)

    # --- files -----------------------------------------------------------------------------

    def _ask_load(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, self.tr("Load the value from a file"))
        if path:
            self._files.load(path)

    def _ask_save(self) -> None:
        name = self._reading.column.name.replace("/", "_")[:60] + self._suffix()
        path, _ = QFileDialog.getSaveFileName(self, self.tr("Save the value to a file"), name)
        if path:
            self._files.save(path, self._as_bytes())

    def _suffix(self) -> str:
        if not self.is_bytes:
            return ".json" if self.json is not None else ".txt"
        facts = image_facts(self._as_bytes())
        return ".bin" if facts is None else _SUFFIXES.get(facts.kind, ".bin")

    def _as_bytes(self) -> bytes:
        if self.text is None:
            return self._value if isinstance(self._value, bytes) else b""
        is_same = self.text.text == self._started_with
        text = self._reading.started_with if is_same else self.text.text
        return text.encode("utf-8", errors="surrogatepass")

    def _take_file(self, data: bytes) -> None:
        if self.text is None:
            self._value = data
            self._show_bytes()
            self._check()
            return
        try:
            self.text.put(data.decode("utf-8-sig"))
        except UnicodeDecodeError:
            self._say(self.tr("This file is no text in UTF-8."))

    def _say_saved(self, path: str) -> None:
        self.facts.show_text(self.tr("Saved to {0}").format(path))
        self.facts.show()

    def _say_failed(self, reason: str) -> None:
        if reason == "too large":
            reason = self.tr("The file is larger than 100 MB.")
        self._say(reason)

    def _say(self, text: str) -> None:
        self.note.show_text(text)
        self.note.show()


def open_value_window(
    reading: Reading,
    *,
    is_editable: bool,
    title: str,
    parent: QWidget,
    on_entered: Callable[[Stored], None],
) -> ValueWindow:
    """Open the window for a value over `parent`, which waits for it."""
    window = ValueWindow(reading, is_editable=is_editable, title=title, parent=parent)
    window.entered.connect(on_entered)
    window.setWindowModality(Qt.WindowModality.WindowModal)
    window.show()
    return window
