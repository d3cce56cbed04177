"""The field that fits a column."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from pytuck.types import StorageClass
from pytuck.types.enums import ChoiceType
from pytuck_desktop.widgets.editors.day_field import DayField
from pytuck_desktop.widgets.editors.fields import ChoiceField, LineField, LinesField
from pytuck_desktop.widgets.editors.key_field import KeyField, KeySearch
from pytuck_desktop.widgets.editors.reading import Reading
from pytuck_desktop.workspace.typed_text import LONG_TEXT

Field = LineField | LinesField | ChoiceField


def make_field(
    reading: Reading, parent: QWidget | None = None, *, search: KeySearch | None = None
) -> Field:
    """Return a field filled with a value of a column.

    Args:
        search: Finds the rows that a foreign key may refer to.
    """
    storage = reading.kind.storage_class
    if storage is StorageClass.BOOLEAN and reading.held in (None, 0, 1):
        return ChoiceField(reading, _booleans(), parent)
    if isinstance(reading.kind, ChoiceType):
        return ChoiceField(reading, [(str(one), one) for one in reading.kind.choices], parent)
    text = reading.started_with
    if "\n" in text or len(text) > LONG_TEXT or storage is StorageClass.JSON:
        return LinesField(reading, parent)
    if search is not None:
        return KeyField(reading, search, parent)
    if storage in (StorageClass.DATE, StorageClass.TIMESTAMP):
        return DayField(reading, parent, has_time=storage is StorageClass.TIMESTAMP)
    return LineField(reading, parent)


def _booleans() -> list[tuple[str, int]]:
    translate = QCoreApplication.translate
    return [(translate("Editors", "✓  true"), 1), (translate("Editors", "✗  false"), 0)]
