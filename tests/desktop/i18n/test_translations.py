"""Every text of the window exists in Chinese, and no translation is left over."""

from __future__ import annotations

import re
import shutil
import string
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from pytuck_desktop.i18n.ts_translator import TsTranslator, read_ts

ROOT = Path(__file__).resolve().parents[3]
TRANSLATIONS = ROOT / "resources" / "i18n" / "pytuck_desktop_zh_CN.ts"
LUPDATE = Path(sysconfig.get_path("scripts")) / (
    "pyside6-lupdate.exe" if sys.platform == "win32" else "pyside6-lupdate"
)


@pytest.fixture(scope="module")
def messages():
    return read_ts(str(TRANSLATIONS))


def test_the_file_is_what_the_sources_say_and_nothing_is_untranslated(tmp_path):
    copy = tmp_path / TRANSLATIONS.name
    shutil.copy(TRANSLATIONS, copy)
    sources = sorted(map(str, (ROOT / "pytuck_desktop").rglob("*.py")))
    options = ["-no-obsolete", "-locations", "none", "-ts", str(copy)]
    subprocess.run([LUPDATE, *sources, *options], check=True, capture_output=True)
    # Run `python3 dev.py i18n` and translate what it marks as unfinished.
    assert copy.read_text("utf-8") == TRANSLATIONS.read_text("utf-8")
    assert "unfinished" not in copy.read_text("utf-8")


def test_translations_keep_the_places_that_are_filled_in(messages):
    assert len(messages) > 100
    for (_, source, _), translation in messages.items():
        for text in (source, translation):
            list(string.Formatter().parse(text))
        assert sorted(re.findall(r"\{\w*\}", source)) == sorted(re.findall(r"\{\w*\}", translation))


def test_a_text_is_found_by_context_and_source():
    translator = TsTranslator(str(TRANSLATIONS))
    assert not translator.isEmpty()
    assert translator.translate("Prompts", "Cancel") == "取消"
    assert translator.translate("Prompts", "no such text") is None
