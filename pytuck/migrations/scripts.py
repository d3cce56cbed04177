"""Revision scripts in a folder: which there are, and new ones."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from pytuck.common.atomic_file import replacing
from pytuck.common.exceptions import MigrationError
from pytuck.migrations.applied import now
from pytuck.migrations.graph import RevisionGraph
from pytuck.migrations.revisions import load_revision, new_id

_TEMPLATE = '''"""{message}

Made {time} UTC.
"""

from __future__ import annotations

{imports}

revision = {revision}
parents = {parents}


def upgrade(op: Operations) -> None:
{upgrade}


def downgrade(op: Operations) -> None:
{downgrade}
'''
_NOTHING = "pass"
_LONGEST_SLUG = 40
_OPERATIONS = "from pytuck.migrations import Operations"


def load_graph(folder: Path) -> RevisionGraph:
    """Return the revisions of a folder; none if there is no such folder.

    Raises:
        MigrationError: A script cannot be run, or they do not fit together.
    """
    paths = sorted(folder.glob("*.py")) if folder.is_dir() else []
    return RevisionGraph(load_revision(path) for path in paths if not path.name.startswith("_"))


def write_script(
    folder: Path,
    message: str,
    parents: Sequence[str],
    upgrade: Sequence[str] = (),
    downgrade: Sequence[str] = (),
    imports: Sequence[str] = (),
) -> Path:
    """Write a new revision script, and return its path.

    Args:
        upgrade, downgrade: The lines of its functions, without indentation.
        imports: Lines that import what those need.

    Raises:
        MigrationError: The message is empty, or the folder cannot be written.
    """
    words = " ".join(message.split())
    if not words:
        raise MigrationError("A revision needs a message that says what it does.")
    made = now()
    name = new_id()
    text = _TEMPLATE.format(
        message=words.replace("\\", "\\\\").replace('"""', "'''"),
        time=f"{made:%Y-%m-%d %H:%M}",
        imports=_import_lines(imports),
        revision=f'"{name}"',
        parents=_names(parents),
        upgrade=_indented(upgrade),
        downgrade=_indented(downgrade),
    )
    path = folder / f"{_file_name(made, words)}_{name[:6]}.py"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with replacing(path) as new:
            new.write_text(text, encoding="utf-8")
    except OSError as err:
        raise MigrationError(f"The script '{path}' cannot be written: {err}.") from err
    return path


def _names(ids: Sequence[str]) -> str:
    """Return ids as code of a tuple."""
    quoted = [f'"{name}"' for name in ids]
    return f"({', '.join(quoted)}{',' if len(quoted) == 1 else ''})"


def _import_lines(imports: Sequence[str]) -> str:
    """Return the lines that import what a script needs, in their usual order."""
    lines = {line for line in imports if line}
    own = {line for line in lines if line.startswith("from pytuck")}
    return "\n".join(
        [*sorted(lines - own), *[""][: len(lines - own)], *sorted({*own, _OPERATIONS})]
    )


def _indented(lines: Sequence[str]) -> str:
    return "\n".join(f"    {line}" if line else "" for line in lines or [_NOTHING])


def _file_name(made: datetime, message: str) -> str:
    """Return the beginning of a script's name: they sort by time, and say what they do."""
    plain = unicodedata.normalize("NFKC", message).lower()
    slug = re.sub(r"\W+", "_", plain).strip("_")[:_LONGEST_SLUG].strip("_")
    return f"{made:%Y%m%d_%H%M%S}_{slug}" if slug else f"{made:%Y%m%d_%H%M%S}"
