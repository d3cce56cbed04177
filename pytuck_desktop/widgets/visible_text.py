"""Text from files as one visible line: nothing in it may act, hide or reorder. No Qt."""

from __future__ import annotations

import re

_HIDDEN = (
    "[\x00-\x1f\x7f-\x9f"  # C0 and C1 controls
    "\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff"  # bidi controls, invisible
    "\u2028\u2029\ud800-\udfff\ufff9-\ufffb]"  # line separators, surrogates, annotations
)
"""Compiled by the first text that needs it; `re` keeps it."""
_SHORT = {"\n": "⏎", "\r": "", "\t": "⇥"}


def visible_text(text: str) -> str:
    r"""Return `text` with control and bidi characters written as escapes, such as `\u202e`.

    Names and messages keep no line break; use `cell_text` for the text of a cell.
    """
    if text.isascii() and text.isprintable():
        return text
    return re.sub(_HIDDEN, _escape, text)


def visible_lines(text: str) -> str:
    """Like `visible_text`, keeping line breaks and tabs: for places with several lines."""
    return re.sub(_HIDDEN, lambda m: m[0] if m[0] in "\n\t" else _escape(m), text)


def cell_text(text: str) -> str:
    """Return the text of a cell as one line: `⏎` for a line break, `⇥` for a tab."""
    if text.isascii() and text.isprintable():
        return text
    return re.sub(_HIDDEN, lambda match: _SHORT.get(match[0]) or _escape_cell(match), text)


def tool_tip(text: str) -> str:
    """Return `text` for a tool tip: Qt takes anything that looks like HTML there as HTML."""
    shown = visible_lines(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "<qt>{}</qt>".format(shown.replace("\n", "<br>"))


def menu_text(text: str) -> str:
    """Return `text` for a menu entry, tab or button, where `&` would make a shortcut."""
    return visible_text(text).replace("&", "&&")


def _escape_cell(match: re.Match[str]) -> str:
    return "" if match[0] == "\r" else _escape(match)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
