"""The sources that the tests of this folder look at, parsed once."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("pytuck", "pytuck_desktop")


@dataclass(frozen=True)
class SourceFile:
    """One module.

    Attributes:
        path: Relative to the project, with `/`.
        module: Its dotted name.
        tree: What it says.
        line_count: Lines, the empty ones too.
    """

    path: str
    module: str
    tree: ast.Module
    line_count: int

    @property
    def package(self) -> str:
        """The name that relative imports of the module start from."""
        return self.module if self.path.endswith("/__init__.py") else self.module.rpartition(".")[0]


@cache
def source_files(package: str) -> tuple[SourceFile, ...]:
    """Return every module of a package."""
    found = []
    for path in sorted((ROOT / package).rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        relative = path.relative_to(ROOT)
        parts = relative.with_suffix("").parts
        module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        tree = ast.parse(text, str(relative))
        found.append(SourceFile(relative.as_posix(), module, tree, text.count("\n")))
    return tuple(found)


def all_files() -> list[SourceFile]:
    """Return every module of both packages."""
    return [source for package in PACKAGES for source in source_files(package)]


def imported_modules(source: SourceFile, nodes: Iterator[ast.AST]) -> list[str]:
    """Return the dotted names that the import statements among `nodes` ask for.

    `from pytuck import schema` gives `pytuck.schema`: a name may be a module or stand in one.
    """
    names: list[str] = []
    for node in nodes:
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = source.package.split(".")
                start = ".".join(parts[: len(parts) - node.level + 1])
                base = f"{start}.{base}".rstrip(".")
            names += [f"{base}.{alias.name}" for alias in node.names]
    return names
