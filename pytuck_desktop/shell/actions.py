"""The one table of actions: menu, tool bar, shortcuts and translations come from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from pytuck_desktop.theme.icons import icon
from pytuck_desktop.theme.tokens import Tokens

SEPARATOR = ""
COPY_AS = "copy_as"


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:
    """Mark a text for translation later; Qt's own one gives back an `object`."""
    return text


@dataclass(frozen=True, slots=True)
class Action:
    """One thing the user can do.

    Attributes:
        name: How code refers to it.
        text: Menu entry, in English; `&` marks the letter of the menu.
        keys: Shortcuts in portable form; the first one is shown.
        icon: Name of its icon, if it has one.
        short: Text in the tool bar, if it differs from the menu's.
        is_choice: It is on or off, and stays so.
    """

    name: str
    text: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    short: str = ""
    is_choice: bool = False


FILE = (
    Action(
        "open",
        QT_TRANSLATE_NOOP("Actions", "&Open…"),
        ("Ctrl+O",),
        "open",
        QT_TRANSLATE_NOOP("Actions", "Open"),
    ),
    Action("open_sample", QT_TRANSLATE_NOOP("Actions", "Open the &sample"), (), "sample"),
    Action("close_tab", QT_TRANSLATE_NOOP("Actions", "&Close tab"), ("Ctrl+W",)),
    Action("close_file", QT_TRANSLATE_NOOP("Actions", "Close &file")),
    Action("quit", QT_TRANSLATE_NOOP("Actions", "&Quit"), ("Ctrl+Q",)),
)
EDIT = (
    Action("undo", QT_TRANSLATE_NOOP("Actions", "&Undo"), ("Ctrl+Z",), "undo"),
    Action("redo", QT_TRANSLATE_NOOP("Actions", "&Redo"), ("Ctrl+Y", "Ctrl+Shift+Z"), "redo"),
    Action("copy", QT_TRANSLATE_NOOP("Actions", "&Copy"), ("Ctrl+C",), "copy"),
    Action(
        "copy_with_names",
        QT_TRANSLATE_NOOP("Actions", "Copy with column &names"),
        ("Ctrl+Shift+C",),
    ),
    Action("copy_csv", QT_TRANSLATE_NOOP("Actions", "&CSV")),
    Action("copy_json", QT_TRANSLATE_NOOP("Actions", "&JSON")),
    Action("copy_markdown", QT_TRANSLATE_NOOP("Actions", "&Markdown")),
    Action("copy_sql", QT_TRANSLATE_NOOP("Actions", "&SQL inserts")),
    Action("copy_python", QT_TRANSLATE_NOOP("Actions", "&Python")),
    Action("paste", QT_TRANSLATE_NOOP("Actions", "&Paste"), ("Ctrl+V",)),
    Action("fill_down", QT_TRANSLATE_NOOP("Actions", "&Fill down"), ("Ctrl+D",)),
    Action("set_values", QT_TRANSLATE_NOOP("Actions", "Set column to &value…"), ("Ctrl+Shift+V",)),
    Action("duplicate_rows", QT_TRANSLATE_NOOP("Actions", "D&uplicate rows"), ("Ctrl+Shift+D",)),
    Action("next_invalid", QT_TRANSLATE_NOOP("Actions", "Next in&valid value"), ("F8",)),
    Action("select_all", QT_TRANSLATE_NOOP("Actions", "Select &all"), ("Ctrl+A",)),
    Action("edit_cell", QT_TRANSLATE_NOOP("Actions", "&Edit cell"), ("F2",)),
    Action("edit_in_window", QT_TRANSLATE_NOOP("Actions", "Edit in a &window…"), ("Shift+F2",)),
    Action(
        "add_row",
        QT_TRANSLATE_NOOP("Actions", "Add ro&w"),
        ("Ctrl+I",),
        "add-row",
        QT_TRANSLATE_NOOP("Actions", "Add row"),
    ),
    Action(
        "delete_rows",
        QT_TRANSLATE_NOOP("Actions", "&Delete rows"),
        ("Del",),
        "delete-row",
        QT_TRANSLATE_NOOP("Actions", "Delete rows"),
    ),
    Action(
        "set_null",
        QT_TRANSLATE_NOOP("Actions", "Set &NULL"),
        ("Alt+Del",),
        "set-null",
        QT_TRANSLATE_NOOP("Actions", "Set NULL"),
    ),
    Action(
        "save",
        QT_TRANSLATE_NOOP("Actions", "&Save changes"),
        ("Ctrl+S",),
        "save",
        QT_TRANSLATE_NOOP("Actions", "Save"),
    ),
    Action("review", QT_TRANSLATE_NOOP("Actions", "Re&view changes…"), ("Ctrl+Shift+S",)),
    Action(
        "discard",
        QT_TRANSLATE_NOOP("Actions", "D&iscard changes"),
        ("Ctrl+Shift+Del",),
        "discard",
        QT_TRANSLATE_NOOP("Actions", "Discard"),
    ),
)
VIEW = (
    Action("refresh", QT_TRANSLATE_NOOP("Actions", "&Refresh"), ("F5", "Ctrl+R"), "refresh"),
    Action("ask_row_number", QT_TRANSLATE_NOOP("Actions", "&Go to row…"), ("Ctrl+G",)),
    Action("first_row", QT_TRANSLATE_NOOP("Actions", "&First row"), ("Ctrl+Home",)),
    Action("last_row", QT_TRANSLATE_NOOP("Actions", "&Last row"), ("Ctrl+End",)),
    Action("go_back", QT_TRANSLATE_NOOP("Actions", "&Back"), ("Alt+Left",), "back"),
    Action("go_forward", QT_TRANSLATE_NOOP("Actions", "For&ward"), ("Alt+Right",), "forward"),
    Action("follow_key", QT_TRANSLATE_NOOP("Actions", "Go to &referenced row"), ("F12",)),
    Action("show_columns", QT_TRANSLATE_NOOP("Actions", "&Columns…"), ("Ctrl+Shift+K",)),
    Action(
        "local_dates", QT_TRANSLATE_NOOP("Actions", "Dates as in your &country"), is_choice=True
    ),
    Action("grouped_numbers", QT_TRANSLATE_NOOP("Actions", "&Group digits"), is_choice=True),
    Action("toggle_sidebar", QT_TRANSLATE_NOOP("Actions", "Side&bar"), ("Ctrl+B",)),
    Action("column_profile", QT_TRANSLATE_NOOP("Actions", "Column &profile"), ("Ctrl+Shift+O",)),
    Action("record", QT_TRANSLATE_NOOP("Actions", "&Record"), ("Space",)),
    Action("value", QT_TRANSLATE_NOOP("Actions", "&Value"), ("F7",)),
    Action("swap_focus", QT_TRANSLATE_NOOP("Actions", "Rows or &panel"), ("F6",)),
    Action("previous_row", QT_TRANSLATE_NOOP("Actions", "Previous ro&w"), ("Alt+Up",)),
    Action("next_row", QT_TRANSLATE_NOOP("Actions", "Next r&ow"), ("Alt+Down",)),
    Action("recent_changes", QT_TRANSLATE_NOOP("Actions", "Recent &changes")),
    Action("next_tab", QT_TRANSLATE_NOOP("Actions", "&Next tab"), ("Ctrl+Tab",)),
    Action("previous_tab", QT_TRANSLATE_NOOP("Actions", "&Previous tab"), ("Ctrl+Shift+Tab",)),
    Action("toggle_theme", QT_TRANSLATE_NOOP("Actions", "&Dark or light"), (), "theme"),
)
FIND = (
    Action("find", QT_TRANSLATE_NOOP("Actions", "&Find…"), ("Ctrl+F",)),
    Action("find_next", QT_TRANSLATE_NOOP("Actions", "Find n&ext"), ("F3",)),
    Action("find_previous", QT_TRANSLATE_NOOP("Actions", "Find &previous"), ("Shift+F3",)),
    Action(
        "filter_panel",
        QT_TRANSLATE_NOOP("Actions", "Filter by con&ditions…"),
        ("Ctrl+Alt+F",),
        "filter",
        QT_TRANSLATE_NOOP("Actions", "Filter"),
    ),
    Action(
        "facets",
        QT_TRANSLATE_NOOP("Actions", "Values of the col&umn"),
        ("Ctrl+Alt+V",),
        "facets",
        QT_TRANSLATE_NOOP("Actions", "Values"),
    ),
    Action(
        "filter_column",
        QT_TRANSLATE_NOOP("Actions", "Filter c&olumn…"),
        ("Ctrl+Shift+F",),
    ),
    Action("filter_by_value", QT_TRANSLATE_NOOP("Actions", "Filter by this &value"), ("Ctrl+L",)),
    Action("exclude_value", QT_TRANSLATE_NOOP("Actions", "E&xclude this value"), ("Ctrl+Shift+L",)),
    Action("filter_null", QT_TRANSLATE_NOOP("Actions", "Only &NULL in this column")),
    Action("filter_not_null", QT_TRANSLATE_NOOP("Actions", "No NU&LL in this column")),
    Action("clear_filter", QT_TRANSLATE_NOOP("Actions", "&Clear all filters"), ("Ctrl+Alt+L",)),
    Action("clear_sort", QT_TRANSLATE_NOOP("Actions", "Clear &sorting")),
    Action("toggle_filter_row", QT_TRANSLATE_NOOP("Actions", "Filter &row")),
)
ROWS = (*FILE, *EDIT, *VIEW, *FIND)
"""Every action."""

MENUS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        QT_TRANSLATE_NOOP("Actions", "&File"),
        (
            "open",
            "open_sample",
            SEPARATOR,
            "review",
            "save",
            "discard",
            SEPARATOR,
            "close_tab",
            "close_file",
            SEPARATOR,
            "quit",
        ),
    ),
    (
        QT_TRANSLATE_NOOP("Actions", "&Edit"),
        (
            "undo",
            "redo",
            SEPARATOR,
            "copy",
            "copy_with_names",
            COPY_AS,
            "paste",
            "select_all",
            SEPARATOR,
            "edit_cell",
            "edit_in_window",
            "set_null",
            "set_values",
            "fill_down",
            "next_invalid",
            SEPARATOR,
            "add_row",
            "duplicate_rows",
            "delete_rows",
        ),
    ),
    (
        QT_TRANSLATE_NOOP("Actions", "&View"),
        (
            "refresh",
            SEPARATOR,
            "ask_row_number",
            "first_row",
            "last_row",
            "previous_row",
            "next_row",
            SEPARATOR,
            "go_back",
            "go_forward",
            "follow_key",
            SEPARATOR,
            "show_columns",
            "local_dates",
            "grouped_numbers",
            SEPARATOR,
            "next_tab",
            "previous_tab",
            SEPARATOR,
            "toggle_sidebar",
            "column_profile",
            "record",
            "value",
            "recent_changes",
            "swap_focus",
            SEPARATOR,
            "toggle_theme",
        ),
    ),
    (
        QT_TRANSLATE_NOOP("Actions", "Fi&nd"),
        (
            "find",
            "find_next",
            "find_previous",
            SEPARATOR,
            "filter_column",
            "filter_panel",
            "facets",
            "filter_by_value",
            "exclude_value",
            "filter_null",
            "filter_not_null",
            SEPARATOR,
            "clear_filter",
            "clear_sort",
            SEPARATOR,
            "toggle_filter_row",
        ),
    ),
)
SUBMENUS: dict[str, tuple[str, tuple[str, ...]]] = {
    COPY_AS: (
        QT_TRANSLATE_NOOP("Actions", "Copy a&s"),
        ("copy_csv", "copy_json", "copy_markdown", "copy_sql", "copy_python"),
    ),
}
"""Menus inside of others, by the name that stands for them there."""

STRETCH = "stretch"
TOOL_BAR = (
    "open",
    SEPARATOR,
    "go_back",
    "go_forward",
    SEPARATOR,
    "undo",
    "redo",
    SEPARATOR,
    "add_row",
    "delete_rows",
    "set_null",
    SEPARATOR,
    "filter_panel",
    "facets",
    STRETCH,
    "discard",
    "save",
)

WITH_GRID = frozenset(
    (
        "copy",
        "copy_with_names",
        *SUBMENUS[COPY_AS][1],
        "select_all",
        "edit_cell",
        "edit_in_window",
        "refresh",
        "ask_row_number",
        "first_row",
        "last_row",
        "previous_row",
        "next_row",
        "record",
        "find",
        "find_next",
        "find_previous",
        "show_columns",
    )
)
"""Actions that need the rows of a table on the screen."""

GRID_KEYS = frozenset(
    (
        "copy",
        "copy_with_names",
        "paste",
        "select_all",
        "edit_cell",
        "edit_in_window",
        "fill_down",
        "delete_rows",
        "set_null",
        "set_values",
        "first_row",
        "last_row",
        "record",
        "follow_key",
    )
)
"""Shortcuts that belong to the grid: in a text field their keys mean something else."""

Handlers = dict[str, Callable[[], None]]


class Actions(QObject):
    """The QActions made from the table."""

    def __init__(self, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent)
        self._made: dict[str, QAction] = {}
        for row in ROWS:
            action = QAction(translated(row.text), parent)
            action.setObjectName(row.name)
            action.setCheckable(row.is_choice)
            action.setShortcuts([QKeySequence(key) for key in row.keys])
            if row.short:
                action.setIconText(translated(row.short))
            else:
                action.setIconText(translated(row.text).replace("&", ""))
            if row.name not in GRID_KEYS:
                parent.addAction(action)
            self._made[row.name] = action
        self.use_tokens(tokens)

    def __getitem__(self, name: str) -> QAction:
        return self._made[name]

    def connect_all(self, handlers: Handlers) -> None:
        """Connect every action of the table.

        Raises:
            KeyError: An action has no handler.
        """
        for name, action in self._made.items():
            handler = handlers[name]
            action.triggered.connect(lambda _=False, run=handler: run())

    def use_tokens(self, tokens: Tokens) -> None:
        """Draw the icons in the colours of a theme."""
        for row in ROWS:
            if row.icon and row.name in TOOL_BAR:
                colour = tokens.on_accent if row.name == "save" else ""
                self._made[row.name].setIcon(icon(row.icon, tokens, colour))


def translated(text: str) -> str:
    """Return a text of the table in the user's language."""
    return QCoreApplication.translate("Actions", text)
