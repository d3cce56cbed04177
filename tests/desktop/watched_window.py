"""A window that is used for everything once, by a process that notes who touches the file.

Run by `shell/test_no_database_in_the_window.py` with the file as argument; prints what it saw.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

PATH = Path(sys.argv[1])
touched: list[str] = []
ENGINES = ("apsw", "sqlite3", "duckdb", "pytuck.backends", "pytuck.compiler", "pytuck.core")


def watch(event: str, arguments: tuple[object, ...]) -> None:
    named = arguments[0] if arguments else None
    if event in ("open", "sqlite3.connect") and isinstance(named, (str, bytes)):
        path = named if isinstance(named, str) else named.decode(errors="replace")
        if Path(path).name.startswith(PATH.name):
            touched.append(f"{event} {path}")


sys.addaudithook(watch)

from PySide6.QtCore import QSettings, Qt  # noqa: E402
from PySide6.QtTest import QTest  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from pytuck_desktop.app import Application  # noqa: E402
from pytuck_desktop.options import Options  # noqa: E402
from pytuck_desktop.workspace.conditions import ColumnTest, Operator, all_of  # noqa: E402


def wait(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("It did not happen in time.")
        QTest.qWait(10)


def use(application: Application) -> list[str]:
    """Do a bit of everything and return what was done."""
    window = application.window
    application.open_files((str(PATH),))
    wait(lambda: window.grid is not None and window.grid.has_first_rows and window.controls)
    grid, act = window.grid, lambda name: window.controls.actions[name].trigger()
    rows = grid.viewmodel
    wait(lambda: rows.is_order_ready)
    grid.table.show_row(0, 1)
    for name in ("column_profile", "recent_changes", "record", "value", "facets", "filter_panel"):
        act(name)
        QTest.qWait(150)
    rows.set_sort([(1, True)])
    wait(lambda: rows.is_order_ready)
    rows.rows.set_filter(all_of(ColumnTest("name", Operator.CONTAINS, ("1",))))
    wait(lambda: rows.is_order_ready and rows.count_is_exact)
    grid.last_row()
    wait(lambda: rows.displayed(rows.row_count - 1))
    grid.table.show_row(0, 1)
    QTest.keyClick(grid.table, Qt.Key.Key_F2)
    wait(lambda: grid.table.editors.open_editors)
    (editor,) = grid.table.editors.open_editors
    editor.selectAll()
    QTest.keyClicks(editor, "Ada 1")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    wait(lambda: rows.document.edits.count == 1)
    act("review")
    QTest.qWait(200)
    act("save")
    wait(lambda: rows.document.edits.count == 0)
    return [name for name in ENGINES if name in sys.modules]


def main() -> None:
    qt = QApplication(["pytuck-desktop"])
    with tempfile.TemporaryDirectory() as folder:
        settings = QSettings(str(Path(folder) / "s.ini"), QSettings.Format.IniFormat)
        application = Application(qt, Options(theme="light", language="en"), settings)
        application.window.show()
        engines = use(application)
        print(json.dumps({"engines": engines, "touched": touched}))
        application.window.close()
        wait(lambda: not application.window.isVisible())


if __name__ == "__main__":
    main()
