"""What stands in a revision script that leads from one schema to another and back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pytuck.common.exceptions import SchemaError
from pytuck.core.python_code import text_code
from pytuck.migrations.change_code import ChangeCode
from pytuck.schema import Change, applied
from pytuck.schema.inverse import data_loss, inverse
from pytuck.schema.normal_form import Tables


@dataclass(frozen=True, slots=True)
class ChangeScript:
    """The code of changes, without indentation.

    Attributes:
        imports: The lines that import what the others need.
        upgrade: The lines that make the changes; those that lose data have a remark above.
        downgrade: The lines that undo them.
    """

    imports: tuple[str, ...]
    upgrade: tuple[str, ...]
    downgrade: tuple[str, ...]


def change_script(changes: Iterable[Change], before: Tables) -> ChangeScript:
    """Return the code of changes and of what undoes them.

    Where a change cannot be undone, the downgrade raises an error that says why.

    Args:
        before: The schema as it is before the first change.

    Raises:
        SchemaError: A change contradicts the schema, or cannot be written as code.
    """
    code = ChangeCode()
    tables = applied(before, ())
    upgrade: list[str] = []
    downgrade: list[list[str]] = []
    for change in changes:
        loss = data_loss(change, tables)
        upgrade += [f"# This loses {_on_one_line(loss)}."] if loss else []
        upgrade += code.call(change).splitlines()
        downgrade.append(_undoing(code, change, tables))
        tables = applied(tables, [change])
    backwards = (line for lines in reversed(downgrade) for line in lines)
    imports = (line for line in code.imports() if line)
    return ChangeScript(tuple(imports), tuple(upgrade), tuple(backwards))


def _undoing(code: ChangeCode, change: Change, before: Tables) -> list[str]:
    try:
        steps = inverse(change, before)
        return [line for step in steps for line in code.call(step).splitlines()]
    except SchemaError as err:
        return [f"raise NotImplementedError({text_code(err.message)})"]


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
