"""Options of engines, as plain dataclasses.

Names and defaults are those that users of the `pytuck` library know; see the manual's page on
engines for what each does here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Durability = Literal["full", "normal", "off"]
"""When a commit counts as done.

`full`: it is on the disk and survives a power cut. `normal`: it survives a crash of the program;
a power cut may lose the last commits. `off`: the operating system writes when it likes; a power
cut may damage the file.
"""


@dataclass(frozen=True, slots=True)
class PytuckBackendOptions:
    """Options of the `pytuck` engine.

    Attributes:
        encryption: Any of the old library's levels switches encryption on for a new file; all
            of them mean the same strong cipher here. None leaves it to `password`.
        password: Opens an encrypted file, or encrypts a new one.
    """

    encryption: Literal["low", "medium", "high"] | None = None
    password: str | None = None


BinaryBackendOptions = PytuckBackendOptions
"""The older name of `PytuckBackendOptions`."""


@dataclass(frozen=True, slots=True)
class SqliteBackendOptions:
    """Options of the `sqlite` engine.

    Attributes:
        timeout: Seconds to wait for a lock; None means the storage's `timeout_s`.
        check_same_thread: Accepted for the old library's users; without effect, because a
            connection is never shared between threads here.
        isolation_level: Accepted; without effect, transactions are always explicit here.
        use_native_sql: Accepted; without effect, every statement is SQL here.
    """

    check_same_thread: bool = True
    timeout: float | None = None
    isolation_level: str | None = None
    use_native_sql: bool = True


BackendOptions = PytuckBackendOptions | SqliteBackendOptions
