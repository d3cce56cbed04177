"""Engines say which layouts they write, and by which libraries."""

from __future__ import annotations

import pytest

from pytuck import Storage
from pytuck.backends import BackendRegistry, get_available_engines
from pytuck.backends.versions import engine_version, engine_versions
from pytuck.common.exceptions import MissingDependencyError
from pytuck.formats import registry
from pytuck.formats.registry import FORMATS, FormatEntry, load_format


@pytest.mark.parametrize("name", FORMATS)
def test_the_version_of_a_layout_is_that_of_its_format(name):
    if FORMATS[name].is_available:
        assert engine_version(name).layout == load_format(name).version


def test_every_engine_has_versions_and_a_description():
    names = set(BackendRegistry.list_engines())
    assert set(engine_versions()) == names
    about = get_available_engines()
    assert set(about) == names
    assert all(about[name]["description"] for name in names)
    assert engine_version("pytuck").libraries["apsw-sqlite3mc"]


def test_a_missing_package_is_named_with_the_extra_to_install(tmp_path, monkeypatch):
    entry = FormatEntry("pytuck.formats.nowhere", "", (".x",), ("no_such_package",), "excel")
    monkeypatch.setitem(registry.FORMATS, "excel", entry)
    with pytest.raises(MissingDependencyError, match=r"no_such_package.*pytuck-desktop\[excel\]"):
        Storage(tmp_path / "t.xlsx", engine="excel")
