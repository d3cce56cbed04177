"""A revision: a script that changes the structure of a database, and changes it back."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from pytuck.common.exceptions import MigrationError

if TYPE_CHECKING:
    from pytuck.migrations.operations import Operations

Step = Callable[["Operations"], None]
"""What a script does, one way or the other."""

_ID = re.compile(r"[A-Za-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision script.

    Attributes:
        id: What it is known by; letters, digits and underscores.
        parents: The ids of the revisions that go before it; none for the first one, several
            where branches come together.
        message: What it does, in words: the first line of the script's docstring.
        checksum: Tells whether the script was edited; line ends and spaces at the ends of lines
            do not count.
        upgrade: Makes the change.
        downgrade: Takes it back; None if the script does not say how.
    """

    id: str
    parents: tuple[str, ...]
    message: str
    path: Path
    checksum: str
    upgrade: Step
    downgrade: Step | None


def new_id() -> str:
    """Return an id that no other revision has."""
    return uuid4().hex[:12]


def checksum(text: str) -> str:
    """Return what tells a script from an edited one."""
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return hashlib.sha256(lines.strip().encode()).hexdigest()[:16]


def load_revision(path: Path) -> Revision:
    """Run a script as a module, and return its revision.

    Raises:
        MigrationError: It cannot be run, or does not say what a revision must say.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as err:
        raise MigrationError(f"The revision script '{path}' cannot be read: {err}.") from err
    module = _run(path)
    name = _said(module, path, "revision", str)
    if not _ID.fullmatch(name):
        raise MigrationError(
            f"The revision script '{path}' has the id '{name}'. An id is made of letters, digits "
            "and underscores."
        )
    return Revision(
        name,
        _parents(module, path),
        (module.__doc__ or name).strip().partition("\n")[0],
        path,
        checksum(text),
        _said(module, path, "upgrade", Callable),
        getattr(module, "downgrade", None),
    )


def _run(path: Path) -> ModuleType:
    name = f"pytuck_revision_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    writes = sys.dont_write_bytecode
    sys.dont_write_bytecode = True  # a folder of scripts stays one
    try:
        spec.loader.exec_module(module)
    except Exception as err:  # whatever a script does wrong
        raise MigrationError(
            f"The revision script '{path}' fails: {type(err).__name__}: {err}."
        ) from err
    finally:
        sys.dont_write_bytecode = writes
    return module


def _parents(module: ModuleType, path: Path) -> tuple[str, ...]:
    parents = getattr(module, "parents", ())
    parents = (parents,) if isinstance(parents, str) else tuple(parents or ())
    if not all(isinstance(parent, str) for parent in parents):
        raise MigrationError(f"In the revision script '{path}', parents must be ids.")
    return parents


def _said(module: ModuleType, path: Path, name: str, kind: Any) -> Any:
    value = getattr(module, name, None)
    if not isinstance(value, kind):
        what = "a text" if kind is str else "a function"
        raise MigrationError(
            f"The revision script '{path}' does not define '{name}' ({what}). Take one made by "
            "'pytuck migrate new' as a pattern."
        )
    return value
