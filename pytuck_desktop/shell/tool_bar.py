"""The tool bar: built from the table of actions, with icons alone where there is little room."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolBar, QToolButton, QWidget

from pytuck_desktop.shell.actions import SEPARATOR, STRETCH, TOOL_BAR, Actions
from pytuck_desktop.theme.pixmaps import SIZE

_ICONS_ALONE = frozenset(("go_back", "go_forward", "undo", "redo", "filter_panel", "facets"))
_LAST_TEXT = "save"

_ICON = Qt.ToolButtonStyle.ToolButtonIconOnly
_TEXT = Qt.ToolButtonStyle.ToolButtonTextBesideIcon

_TEXT_GAP = 6
"""Pixels between an icon and its text, and a little more, so that the style does not flicker."""


class ToolBar(QToolBar):
    """The actions that are used most; Save is never out of sight."""

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self.setWindowTitle(self.tr("Tools"))
        self.setObjectName("toolBar")
        self.setMovable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setIconSize(QSize(SIZE + 4, SIZE))  # a little air between icon and text
        self._buttons: dict[str, QToolButton] = {}
        for name in TOOL_BAR:
            self._add(name, actions)
        self._buttons["save"].setObjectName("saveButton")
        self._shrunk: frozenset[str] = frozenset()
        self._use_style(self._shrunk)

    def _add(self, name: str, actions: Actions) -> None:
        if name == SEPARATOR:
            self.addSeparator()
        elif name == STRETCH:
            stretch = QWidget()
            stretch.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
            self.addWidget(stretch)
        else:
            self.addAction(actions[name])
            button = self.widgetForAction(actions[name])
            assert isinstance(button, QToolButton)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self._buttons[name] = button

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        shrunk = next(
            (names for names in self._steps if self._width_without(names) <= self.width()),
            self._steps[-1],
        )
        if shrunk != self._shrunk:
            self._use_style(shrunk)

    @property
    def _steps(self) -> tuple[frozenset[str], ...]:
        """Which buttons lose their texts: none, then all but Save, then Save, too."""
        named = frozenset(self._buttons) - _ICONS_ALONE
        return frozenset(), named - {_LAST_TEXT}, named

    def _width_without(self, shrunk: frozenset[str]) -> int:
        """Return the width of the bar if these buttons had no texts."""
        width = self.sizeHint().width()
        for name, button in self._buttons.items():
            text = button.fontMetrics().horizontalAdvance(button.text()) + _TEXT_GAP
            width += text * ((name in self._shrunk) - (name in shrunk))
        return width

    def _use_style(self, shrunk: frozenset[str]) -> None:
        self._shrunk = shrunk
        for name, button in self._buttons.items():
            alone = name in _ICONS_ALONE or name in shrunk
            button.setToolButtonStyle(_ICON if alone else _TEXT)
