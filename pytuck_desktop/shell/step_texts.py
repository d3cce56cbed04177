"""What a step of the history did, in the user's words."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from pytuck_desktop.shell.actions import QT_TRANSLATE_NOOP
from pytuck_desktop.workspace.staged_edits import StepKind, StepText

_ONE: dict[StepKind, str] = {
    "edit": QT_TRANSLATE_NOOP("Steps", "a cell edited"),
    "insert": QT_TRANSLATE_NOOP("Steps", "a row added"),
    "duplicate": QT_TRANSLATE_NOOP("Steps", "a row duplicated"),
    "delete": QT_TRANSLATE_NOOP("Steps", "a row deleted"),
    "discard": QT_TRANSLATE_NOOP("Steps", "a change discarded"),
}
_MANY: dict[StepKind, str] = {
    "edit": QT_TRANSLATE_NOOP("Steps", "{0} cells edited"),
    "null": QT_TRANSLATE_NOOP("Steps", "NULL set ({0})"),
    "paste": QT_TRANSLATE_NOOP("Steps", "cells pasted ({0})"),
    "fill": QT_TRANSLATE_NOOP("Steps", "cells filled down ({0})"),
    "set": QT_TRANSLATE_NOOP("Steps", "column set ({0})"),
    "insert": QT_TRANSLATE_NOOP("Steps", "{0} rows added"),
    "duplicate": QT_TRANSLATE_NOOP("Steps", "{0} rows duplicated"),
    "delete": QT_TRANSLATE_NOOP("Steps", "{0} rows deleted"),
    "settle": QT_TRANSLATE_NOOP("Steps", "conflicts settled"),
    "discard": QT_TRANSLATE_NOOP("Steps", "{0} changes discarded"),
}


def step_text(step: StepText) -> str:
    """Return what a step did, to stand behind “Undo”."""
    one = _ONE.get(step.kind) if step.count == 1 else None
    text = QCoreApplication.translate("Steps", one or _MANY[step.kind])
    return text.format(f"{step.count:,}")
