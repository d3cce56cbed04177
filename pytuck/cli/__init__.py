"""The `pytuck` command: `arguments` says what can be asked, `info`, `moving` and `upkeep`
do it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from pytuck import CancelledError, PytuckException
from pytuck.cli.arguments import parser
from pytuck.cli.passwords import run_with_password

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status.

    Returns:
        0: Done. 1: It could not be done, and nothing was changed; the reason is on stderr.
        2: The arguments make no sense. 3: Done, but some rows could not be taken over,
            or what was checked is not whole.
        130: Interrupted, and nothing was changed.
    """
    options = parser().parse_args(arguments)
    try:
        return run_with_password(options)
    except (CancelledError, KeyboardInterrupt):
        print("Interrupted; nothing was changed.", file=sys.stderr)
        return 130
    except PytuckException as err:
        print(err, file=sys.stderr)
        return 1
