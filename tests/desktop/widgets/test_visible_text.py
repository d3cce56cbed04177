"""Nothing in a name or value may act, hide or reorder."""

from __future__ import annotations

import pytest

from pytuck_desktop.widgets.labels import PlainLabel
from pytuck_desktop.widgets.visible_text import cell_text, menu_text, tool_tip, visible_text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("书店 é", "书店 é"),
        ("a\nb", "a\\x0ab"),
        ("\u202eevil", "\\u202eevil"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("nul\x00", "nul\\x00"),
        ("lone \ud800", "lone \\ud800"),
        ("<img src=x>", "<img src=x>"),
    ],
)
def test_hidden_characters_are_shown(text, shown):
    assert visible_text(text) == shown


def test_line_breaks_of_cells_are_marked():
    assert cell_text("a\r\nb\tc\x1b") == "a⏎b⇥c\\x1b"


def test_tool_tips_never_hold_html_of_files():
    assert tool_tip("<a href='x'>&\nnext") == "<qt>&lt;a href='x'&gt;&amp;<br>next</qt>"


def test_menus_make_no_shortcut_of_a_name():
    assert menu_text("R&D") == "R&&D"


def test_labels_stay_plain(qtbot):
    label = PlainLabel("<b>bold?</b>")
    qtbot.addWidget(label)
    assert label.text() == "<b>bold?</b>"
    assert label.textFormat() == label.textFormat().PlainText
