"""Which language the application speaks, and making it speak that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale

if TYPE_CHECKING:
    from PySide6.QtCore import QCoreApplication, QTranslator

LANGUAGES = ("en", "zh_CN")
"""The languages there are; the source text is English."""


def choose_language(wanted: str) -> str:
    """Return the language to use for a wish such as `zh_CN`, or for the system's if empty."""
    name = wanted or QLocale.system().name()
    return "zh_CN" if name.replace("-", "_").startswith("zh") else "en"


def install_language(app: QCoreApplication, language: str) -> list[QTranslator]:
    """Make the application speak `language`, Qt's own dialogs included.

    Returns:
        The translators; the caller keeps them, Qt does not own them.
    """
    QLocale.setDefault(QLocale(language))
    if language == "en":
        return []
    # The parser of translations is loaded only where there is something to translate.
    from pytuck_desktop.i18n.ts_translator import install_translators

    return install_translators(app, language)
