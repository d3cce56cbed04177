"""What stands in the grid where there are no rows."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from pytuck_desktop.widgets.labels import PlainLabel


class EmptyState(QWidget):
    """A line of text, and a way out where a filter is the reason."""

    clear_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._around = parent
        self.label = PlainLabel("", tone="muted")
        self.label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.clear = QPushButton(self.tr("Clear the filter"))
        self.clear.clicked.connect(self.clear_wanted)
        column = QVBoxLayout(self)
        self._column = column
        column.setSpacing(10)
        column.addWidget(self.label)
        column.addWidget(self.clear, 0, Qt.AlignmentFlag.AlignHCenter)

    def show_for(self, *, is_filtered: bool, can_add: bool) -> None:
        """Say why there are no rows, in the middle of the grid's upper half."""
        self.clear.setVisible(is_filtered)
        if is_filtered:
            self.label.show_text(self.tr("No row matches the filter."))
        elif can_add:
            self.label.show_text(self.tr("No rows yet. Add one with Ctrl+I."))
        else:
            self.label.show_text(self.tr("No rows."))
        self._column.activate()
        self.adjustSize()
        room = self._around.rect()
        self.move(max(16, (room.width() - self.width()) // 2), max(16, room.height() // 4))
        self.show()
