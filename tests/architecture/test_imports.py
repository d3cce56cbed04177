"""Who imports whom, as far as the contracts of import-linter do not say it already."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from tests.architecture.source_files import (
    PACKAGES,
    ROOT,
    SourceFile,
    all_files,
    imported_modules,
    source_files,
)

OPTIONAL_PACKAGES = {
    "calamine",
    "defusedxml",
    "diskcache",
    "duckdb",
    "lxml",
    "numpy",
    "openpyxl",
    "orjson",
    "pandas",
    "pydblite",
    "python_calamine",
    "tinydb",
    "xlsxwriter",
}
"""What may be imported inside a function, because it may not be installed."""

LATE_IMPORTS: dict[str, str] = {
    "pytuck/backends/versions.py": "reading the metadata of packages takes a tenth of the import",
    "pytuck/backends/registry.py": "the duckdb engine is loaded by the first DuckDB file",
    "pytuck_desktop/__main__.py": "starts the worker process before Qt is loaded",
    "pytuck_desktop/app.py": "what only a screenshot or the sample needs is not loaded at start",
    "pytuck_desktop/worker/handlers/open_file.py": "the tools are loaded by a conversion",
    "pytuck_desktop/workspace/documents.py": "statements are loaded by the first save",
    "pytuck_desktop/workspace/row_questions.py": "statements are loaded by the first filter",
    "pytuck_desktop/features/filter/row.py": "the types are loaded by the first filter",
    "pytuck_desktop/features/filter/viewmodel.py": "the types are loaded by the first filter",
    "pytuck_desktop/shell/finding.py": "the search is loaded by the first one",
    "pytuck_desktop/shell/grid_filter.py": "panels are loaded by the first that is opened",
    "pytuck_desktop/features/grid/editors.py": "the types are loaded by the first editor",
    "pytuck_desktop/features/grid/display.py": "dates of a country, for those who want them",
    "pytuck_desktop/widgets/frozen_columns.py": "a class of Qt that is needed by a press only",
    "pytuck_desktop/features/grid/headers.py": "tips are loaded by the first one",
    "pytuck_desktop/features/grid/table.py": "editors, tips and pictures are loaded by the first one",
    "pytuck_desktop/features/grid/view.py": "messages are loaded by the first one",
    "pytuck_desktop/shell/controls.py": "a dialog is loaded when it is opened",
    "pytuck_desktop/shell/jumps.py": "types are loaded by the first filter",
    "pytuck_desktop/shell/grid_cells.py": "the types are loaded by the first editor",
    "pytuck_desktop/shell/column_layouts.py": "JSON is loaded by the first layout of columns",
    "pytuck_desktop/shell/prompts.py": "dialogs are loaded by the first question",
    "pytuck_desktop/shell/main_window.py": "the controls are loaded after the first rows",
    "pytuck_desktop/shell/navigation.py": "pages for problems are loaded by the first problem",
    "pytuck_desktop/shell/saving.py": "texts of errors are loaded by the first error",
    "pytuck_desktop/i18n/language.py": "the parser of translations, where there are some",
    "pytuck_desktop/options.py": "argparse is not loaded where only files are given",
}
"""Modules that may import inside a function, and why."""


def _late_imports(source: SourceFile) -> list[str]:
    functions = [
        node
        for node in ast.walk(source.tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]
    return [
        name
        for function in functions
        for name in imported_modules(source, ast.walk(function))
        if name.partition(".")[0] not in OPTIONAL_PACKAGES
    ]


def test_imports_stand_at_the_top_of_a_module():
    found = {source.path: _late_imports(source) for source in all_files()}
    late = {path: names for path, names in found.items() if names and path not in LATE_IMPORTS}
    assert late == {}


def test_no_exception_for_late_imports_is_outdated():
    with_late = {source.path for source in all_files() if _late_imports(source)}
    assert set(LATE_IMPORTS) <= with_late


@pytest.mark.parametrize("package", PACKAGES)
def test_first_level_folders_do_not_import_in_a_circle(package):
    arrows: dict[str, set[str]] = {}
    for source in source_files(package):
        unit = _unit(source.module)
        if unit is None:
            continue  # the package's own __init__ is its face, not a part
        targets = {_unit(name) for name in imported_modules(source, ast.walk(source.tree))}
        arrows.setdefault(unit, set()).update(
            target for target in targets if target not in {None, unit}
        )
    assert _circle(arrows) is None


def _unit(module: str) -> str | None:
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] in PACKAGES and len(parts) > 1 else None


def _circle(arrows: dict[str, set[str]]) -> list[str] | None:
    remaining = {unit: set(targets) & set(arrows) for unit, targets in arrows.items()}
    while remaining:
        free = [unit for unit, targets in remaining.items() if not targets]
        if not free:
            return sorted(remaining)
        for unit in free:
            del remaining[unit]
        for targets in remaining.values():
            targets.difference_update(free)
    return None


def _modules_after(code: str) -> set[str]:
    """Return the modules that a new Python has loaded after running `code`."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint('\\n'.join(sys.modules))"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "code",
    ["import pytuck", "import pytuck.query, pytuck.types, pytuck.schema, pytuck.common.exceptions"],
)
def test_describing_statements_loads_no_engine(code):
    loaded = _modules_after(code)
    heavy = {"apsw", "sqlite3", "PySide6", "pytuck.backends", "pytuck.compiler", "pytuck.core"}
    assert loaded & (heavy | OPTIONAL_PACKAGES) == set()


def test_opening_a_storage_loads_no_optional_package():
    loaded = _modules_after("from pytuck import Storage\nStorage().close()")
    assert "apsw" in loaded
    assert loaded & (OPTIONAL_PACKAGES | {"PySide6", "asyncio", "sqlite3"}) == set()


def test_the_window_loads_no_engine():
    loaded = _modules_after("import pytuck_desktop.app")
    assert "PySide6.QtWidgets" in loaded
    forbidden = {"apsw", "sqlite3", "duckdb", "pytuck.backends", "pytuck.compiler", "pytuck.core"}
    assert loaded & forbidden == set()


def test_the_window_is_complete_before_types_and_statements_are_loaded():
    loaded = _modules_after("import pytuck_desktop.app, pytuck_desktop.shell.controls")
    assert "pytuck_desktop.shell.filtering" in loaded
    assert loaded & {"pytuck.query", "pytuck.types", "pytuck.schema"} == set()


def test_what_is_loaded_beside_the_work_is_no_engine_either():
    loaded = _modules_after("from pytuck_desktop.shell.warm_up import _load\n_load()")
    assert {"pytuck.query", "pytuck.types"} <= loaded
    assert loaded & {"apsw", "sqlite3", "duckdb", "pytuck.backends", "pytuck.core"} == set()


def test_the_worker_loads_no_qt():
    loaded = _modules_after("import pytuck_desktop.worker.server")
    assert {name for name in loaded if name.startswith("PySide6")} == set()
