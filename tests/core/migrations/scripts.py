"""Revision scripts for the tests, written as a person would."""

from __future__ import annotations

from pathlib import Path

_SCRIPT = '''"""{message}"""

from pytuck import Column, Index, insert, update

revision = "{name}"
parents = {parents!r}


def upgrade(op):
    {upgrade}
'''
_WAY_BACK = """

def downgrade(op):
    {downgrade}
"""


def write(
    folder: Path,
    name: str,
    upgrade: str = "pass",
    downgrade: str | None = "pass",
    *,
    parents: tuple[str, ...] = (),
) -> Path:
    """Write a script; lines of its functions are parted by line ends."""
    text = _SCRIPT.format(
        message=f"does {name}", name=name, parents=parents, upgrade=_lines(upgrade)
    )
    if downgrade is not None:
        text += _WAY_BACK.format(downgrade=_lines(downgrade))
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.py"
    path.write_text(text, encoding="utf-8")
    return path


def _lines(text: str) -> str:
    return text.replace("\n", "\n    ")


USERS = (
    'op.create_table("users", [Column(int, name="id", primary_key=True), '
    'Column(str, name="name", nullable=False, index=True)], comment="folk")'
)
"""Makes a table."""
