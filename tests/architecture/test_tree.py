"""The shape of the tree: names of modules, their length, and the folders that must not be."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import warnings

import pytest

from tests.architecture.source_files import ROOT, all_files

EMPTY_WORDS = {"common_utils", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}
LONG_FILE_LINES = 400


def test_modules_are_named_after_what_they_hold():
    named = {source.path: source.module.rpartition(".")[2] for source in all_files()}
    assert [path for path, name in named.items() if name.strip("_") in EMPTY_WORDS] == []


@pytest.mark.filterwarnings("default")
def test_long_files_are_pointed_out():
    long = [f"{s.path} ({s.line_count})" for s in all_files() if s.line_count > LONG_FILE_LINES]
    if long:
        warnings.warn(f"Which noun is missing here? {', '.join(long)}", stacklevel=1)


def test_every_module_says_what_it_is_for():
    silent = [s.path for s in all_files() if s.line_count and not ast.get_docstring(s.tree)]
    assert silent == []


def test_no_folder_hides_a_package():
    # tests/pytuck would hide pytuck; packaging/__init__.py would hide the package of that name.
    assert not (ROOT / "tests" / "pytuck").exists()
    assert not (ROOT / "packaging" / "__init__.py").exists()


def test_no_todo_without_an_issue():
    pattern = re.compile(r"\b(TODO|FIXME|XXX)\b(?!\(#\d+\))")
    files = [ROOT / source.path for source in all_files()] + [ROOT / "dev.py"]
    assert [str(f) for f in files if pattern.search(f.read_text(encoding="utf-8"))] == []


def test_dev_py_lists_its_commands():
    command = [sys.executable, str(ROOT / "dev.py")]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    for name in ("run", "test", "bench", "screenshots", "i18n"):
        assert f"\n  {name} " in done.stdout


def test_dev_py_refuses_an_unknown_command():
    command = [sys.executable, str(ROOT / "dev.py"), "dance"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert "no command 'dance'" in done.stderr
