"""What the application remembers between runs, in the platform's place."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QSettings

_MOST_RECENT = 15


class Preferences:
    """Window geometry, recent files, theme and language."""

    def __init__(self, settings: QSettings) -> None:
        self._settings = settings

    @property
    def recent(self) -> list[str]:
        """Paths of the files opened last, the newest first."""
        value = self._settings.value("recent", [])
        paths = value if isinstance(value, list) else [value]
        return [path for path in paths if isinstance(path, str) and path]

    def add_recent(self, path: str) -> None:
        """Put a file at the front of the recent ones."""
        kept = [path, *(other for other in self.recent if other != path)]
        self._settings.setValue("recent", kept[:_MOST_RECENT])

    def forget_recent(self, path: str) -> None:
        """Take a file off the recent ones."""
        self._settings.setValue("recent", [other for other in self.recent if other != path])

    @property
    def theme(self) -> str:
        """The chosen theme: `light`, `dark` or `system`."""
        value = self._settings.value("theme", "system")
        return value if value in ("light", "dark", "system") else "system"

    @theme.setter
    def theme(self, choice: str) -> None:
        self._settings.setValue("theme", choice)

    @property
    def language(self) -> str:
        """The chosen language, empty for the system's."""
        value = self._settings.value("language", "")
        return value if isinstance(value, str) else ""

    @property
    def shows_filter_row(self) -> bool:
        """Whether a row of fields to filter by stands under the names of columns."""
        return str(self._settings.value("filter_row", "true")) != "false"

    @shows_filter_row.setter
    def shows_filter_row(self, shown: bool) -> None:
        self._settings.setValue("filter_row", "true" if shown else "false")

    @property
    def local_dates(self) -> bool:
        """Whether dates are shown as in the user's country, not in ISO 8601."""
        return self._settings.value("local_dates", "") == "yes"

    @local_dates.setter
    def local_dates(self, is_on: bool) -> None:
        self._settings.setValue("local_dates", "yes" if is_on else "no")

    @property
    def grouped_numbers(self) -> bool:
        """Whether numbers are shown with their thousands apart."""
        return self._settings.value("grouped_numbers", "") == "yes"

    @grouped_numbers.setter
    def grouped_numbers(self, is_on: bool) -> None:
        self._settings.setValue("grouped_numbers", "yes" if is_on else "no")

    @property
    def margins(self) -> tuple[int, int, int, int] | None:
        """Pixels that the controls took left, above, right and below; None if not known."""
        value = self._settings.value("margins")
        edges = value if isinstance(value, list) else []
        if len(edges) != 4 or not all(str(edge).isdecimal() for edge in edges):
            return None
        left, above, right, below = map(int, edges)
        return left, above, right, below

    @margins.setter
    def margins(self, edges: tuple[int, int, int, int]) -> None:
        self._settings.setValue("margins", list(edges))

    def bytes(self, name: str) -> QByteArray:
        """Return a remembered geometry or state, empty if there is none."""
        value = self._settings.value(name)
        return value if isinstance(value, QByteArray) else QByteArray()

    def set_bytes(self, name: str, value: QByteArray) -> None:
        """Remember a geometry or state."""
        self._settings.setValue(name, value)

    def text(self, name: str) -> str:
        """Return a remembered text, empty if there is none."""
        value = self._settings.value(name, "")
        return value if isinstance(value, str) else ""

    def set_text(self, name: str, text: str) -> None:
        """Remember a text."""
        self._settings.setValue(name, text)

    def texts(self, name: str) -> list[str]:
        """Return remembered texts."""
        value = self._settings.value(name, [])
        texts = value if isinstance(value, list) else [value]
        return [text for text in texts if isinstance(text, str) and text]

    def set_texts(self, name: str, texts: list[str]) -> None:
        """Remember texts in their order."""
        self._settings.setValue(name, texts)

    def forget(self, name: str) -> None:
        """Remember something no more."""
        self._settings.remove(name)
