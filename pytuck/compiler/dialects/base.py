"""The questions a dialect answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pytuck.common.exceptions import SchemaError


@dataclass(frozen=True, slots=True, eq=False)
class Dialect:
    """How one database writes SQL, where databases differ.

    Attributes:
        decimal_collation: Appended to a decimal that is compared or sorted as text.
        case_blind_like: The function that matches a pattern whatever the case of letters.
        list_rows: Selects the items of a JSON list that is one parameter, `{0}`.
        functions: Functions whose name differs here.
        fills_in_row_ids: A row id that is not given is the next one, and the connection tells it.
        begin_read, begin_write, commit, rollback: The statements of a transaction.
    """

    name: str
    decimal_collation: str
    case_blind_like: str
    list_rows: str
    functions: Mapping[str, str]
    fills_in_row_ids: bool = False
    begin_read: str = "BEGIN"
    begin_write: str = "BEGIN"
    commit: str = "COMMIT"
    rollback: str = "ROLLBACK"
    savepoint: str = "SAVEPOINT {0}"
    release: str = "RELEASE {0}"
    rollback_to: str = "ROLLBACK TO {0}"

    def quote(self, identifier: str) -> str:
        """Return an identifier in double quotes: the only place where names become SQL.

        Raises:
            SchemaError: The name has a NUL character, which no SQL text can hold.
        """
        if "\0" in identifier:
            raise SchemaError(f"The name {identifier!r} has a NUL character.")
        return '"' + identifier.replace('"', '""') + '"'
