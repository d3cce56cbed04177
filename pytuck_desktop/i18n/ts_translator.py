"""Translations straight from Qt's `.ts` files, without a compiled `.qm`."""

from __future__ import annotations

import os
from xml.parsers import expat

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QTranslator

from pytuck_desktop.resources import resource_path

Messages = dict[tuple[str, str, str], str]
"""Translations by context, source text and disambiguating comment."""


def read_ts(path: str) -> Messages:
    """Return the finished translations of a `.ts` file."""
    messages: Messages = {}
    fields: dict[str, str] = {}
    text: list[str] = []
    unfinished = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal unfinished
        text.clear()
        if name == "message":
            fields.update(source="", comment="", translation="")
        elif name == "translation":
            unfinished = "type" in attributes

    def end(name: str) -> None:
        if name in ("name", "source", "comment", "translation"):
            fields[name] = "".join(text)
        elif name == "message" and fields["translation"] and not unfinished:
            key = (fields["name"], fields["source"], fields["comment"])
            messages[key] = fields["translation"]
        text.clear()

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text.append
    with open(path, "rb") as file:
        parser.ParseFile(file)
    return messages


class TsTranslator(QTranslator):
    """Answers Qt's questions for translations from a `.ts` file."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._messages = read_ts(path)

    def translate(
        self, context: str, source: str, disambiguation: str | None = None, n: int = -1
    ) -> str | None:
        return self._messages.get((context, source, disambiguation or ""))

    def isEmpty(self) -> bool:
        return not self._messages


def install_translators(app: QCoreApplication, language: str) -> list[QTranslator]:
    """Have the application translate its texts and Qt's; return what translates them."""
    installed: list[QTranslator] = []
    own_of_qt = QTranslator()
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if own_of_qt.load(f"qtbase_{language}", folder):
        installed.append(own_of_qt)
    path = resource_path("i18n", f"pytuck_desktop_{language}.ts")
    if os.path.exists(path):
        installed.append(TsTranslator(path))
    for translator in installed:
        app.installTranslator(translator)
    return installed
