"""SQL is written in one folder: `pytuck/compiler`; PRAGMAs in `pytuck/backends`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.source_files import SourceFile, all_files

STATEMENT = re.compile(
    r"""^\s*(SELECT\s.+|INSERT\s+(OR\s+\w+\s+)?INTO\s.*|UPDATE\s.+\sSET\s.*|DELETE\s+FROM\s.*
        |(CREATE|DROP|ALTER)\s+(TEMP\s+|TEMPORARY\s+|UNIQUE\s+)*(TABLE|INDEX|VIEW|TRIGGER)\b.*
        |BEGIN(\s+(IMMEDIATE|EXCLUSIVE|DEFERRED|TRANSACTION).*)?|COMMIT|ROLLBACK(\s+TO.*)?
        |SAVEPOINT\b.*|RELEASE\b.*|VACUUM.*|ATTACH\s.*|WITH\s+\w+.*\sAS\s*\(.*)$""",
    re.VERBOSE | re.DOTALL,
)
"""Text that starts as a statement does. In capitals: that is how SQL is written here."""

CLAUSE = re.compile(r"\b(FROM|WHERE|ORDER\s+BY|GROUP\s+BY|LIMIT|VALUES)\s+[\"?(\w]")
"""A part of a statement, wherever it stands in a text."""

PRAGMA = re.compile(r"^\s*PRAGMA\s", re.IGNORECASE)


def _texts(source: SourceFile) -> Iterator[tuple[int, str]]:
    """Yield line and content of every string that is no docstring."""
    documented = {
        id(node.value)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(source.tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and id(node) not in documented:
            yield node.lineno, node.value


def _found(pattern: re.Pattern[str], allowed: tuple[str, ...]) -> list[str]:
    return [
        f"{source.path}:{line}: {text!r}"
        for source in all_files()
        if not source.path.startswith(allowed)
        for line, text in _texts(source)
        if pattern.search(text)
    ]


@pytest.mark.parametrize("pattern", [STATEMENT, CLAUSE], ids=["statements", "clauses"])
def test_sql_is_written_in_the_compiler_only(pattern):
    assert _found(pattern, ("pytuck/compiler/",)) == []


def test_pragmas_are_written_in_the_backends_only():
    assert _found(PRAGMA, ("pytuck/backends/",)) == []


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1",
        'INSERT INTO "a" VALUES (?)',
        "DELETE FROM a",
        "BEGIN IMMEDIATE",
        "CREATE TEMP TABLE x (a)",
        "ROLLBACK",
        'UPDATE "a" SET "b" = 1',
    ],
)
def test_the_search_knows_a_statement(text):
    assert STATEMENT.search(text)


@pytest.mark.parametrize("text", ["Select a table.", "COMMITTED", "Update the rows", "BEGINNING"])
def test_the_search_leaves_other_text_alone(text):
    assert not STATEMENT.search(text)
    assert not CLAUSE.search(text)
