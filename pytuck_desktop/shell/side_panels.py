"""The panels beside the rows: which there are, and the tabs that hold those that are open."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import NamedTuple

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QApplication, QTabWidget, QToolButton, QWidget

from pytuck_desktop.theme.icons import icon
from pytuck_desktop.theme.tokens import Tokens
from pytuck_desktop.widgets.side_panel import SidePanel
from pytuck_desktop.workspace.places import Place


class PanelKind(NamedTuple):
    """A panel that can be opened.

    Attributes:
        action: The action that opens and closes it; its text is the panel's title.
        module, name: Where its class is; loaded by the first opening.
    """

    action: str
    module: str
    name: str


PANELS: tuple[PanelKind, ...] = (
    PanelKind("column_profile", "pytuck_desktop.features.profile.view", "ColumnProfile"),
    PanelKind("record", "pytuck_desktop.features.record.view", "RecordPanel"),
    PanelKind("value", "pytuck_desktop.features.inspector.view", "ValuePanel"),
    PanelKind("recent_changes", "pytuck_desktop.features.recent_changes.view", "RecentChanges"),
)

_WIDTH = 300
"""Pixels that the panels get at first."""


class SidePanels(QTabWidget):
    """The open panels, one in front; hidden while there is none."""

    intent = Signal(object)
    opened = Signal(object)  # SidePanel, when it is made

    def __init__(self, titles: Callable[[str], str], tokens: Tokens) -> None:
        super().__init__()
        self.setObjectName("sidePanels")
        self.setDocumentMode(True)
        self.setMovable(True)
        self._close = QToolButton()
        self._close.setObjectName("tabClose")
        self._close.setToolTip(self.tr("Close this panel"))
        self._close.setAccessibleName(self.tr("Close this panel"))
        self._close.clicked.connect(lambda: self._close_at(self.currentIndex()))
        self.setCornerWidget(self._close)
        self.setMinimumWidth(_WIDTH - 40)
        self._titles = titles
        self._tokens = tokens
        self._place: Place | None = None
        self._made: dict[str, SidePanel] = {}
        self.use_tokens(tokens)
        self.currentChanged.connect(self._follow)
        self.hide()

    def panel(self, action: str) -> SidePanel | None:
        """Return a panel that is open."""
        panel = self._made.get(action)
        return panel if panel is not None and self.indexOf(panel) >= 0 else None

    @property
    def open_panels(self) -> list[str]:
        """The panels that are open, as they stand, by their actions."""
        names = {panel: action for action, panel in self._made.items()}
        return [names[self.widget(place)] for place in range(self.count())]  # type: ignore[index]

    def toggle(self, action: str) -> None:
        """Open a panel, bring it to the front, or close the one in front."""
        panel = self.panel(action)
        if panel is not None and panel is self.currentWidget():
            self._close_at(self.indexOf(panel))
        else:
            self.show_panel(action)

    def show_panel(self, action: str) -> SidePanel:
        """Open a panel and bring it to the front."""
        panel = self._made.get(action) or self._make(action)
        if self.indexOf(panel) < 0:
            self.addTab(panel, self._titles(action))
        self.setCurrentWidget(panel)
        self.show()
        self._follow()
        return panel

    def show_place(self, place: Place | None) -> None:
        """Tell the panel in front where the user is."""
        if place != self._place:
            self._place = place
            self._follow()

    def finish_editing(self) -> bool:
        """Stage what open editors hold; False if something is refused."""
        return all(panel.finish_editing() for panel in self._made.values())

    def swap_focus(self, other: QWidget | None) -> None:
        """Give the focus to the panel in front, or from there to another widget."""
        panel, focused = self.currentWidget(), QApplication.focusWidget()
        is_here = focused is not None and self.isAncestorOf(focused)
        target = other if is_here or self.isHidden() else panel
        if target is not None:
            target.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH, super().sizeHint().height())

    def use_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        self._close.setIcon(icon("close", tokens))
        for panel in self._made.values():
            panel.use_tokens(tokens)

    def _make(self, action: str) -> SidePanel:
        kind = next(kind for kind in PANELS if kind.action == action)
        made = getattr(import_module(kind.module), kind.name)(self._tokens)
        assert isinstance(made, SidePanel)
        made.intent.connect(self.intent)
        self._made[action] = made
        self.opened.emit(made)
        return made

    def _close_at(self, place: int) -> None:
        panel = self.widget(place)
        self.removeTab(place)
        if isinstance(panel, SidePanel):
            panel.show_place(None)
        self.setVisible(self.count() > 0)

    def _follow(self, *_: object) -> None:
        panel: QWidget | None = self.currentWidget()
        if isinstance(panel, SidePanel) and not self.isHidden():
            panel.show_place(self._place)
