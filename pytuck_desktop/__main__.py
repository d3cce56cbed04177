"""Start the application: `python -m pytuck_desktop [FILE...]`.

The process that reads the first file is started before Qt is imported, so that the two work at
the same time. What is imported at the top of this module costs start-up time of both.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

from pytuck_desktop import trace
from pytuck_desktop.options import Options, parse


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the application and return its exit code."""
    trace.mark("main_started")
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given[:1] == ["--worker"]:
        return _run_worker()
    options = parse(given)
    if options.screenshot:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    return _run_window(options)


def _run_worker() -> int:
    # A frozen application has no `python -m`: it starts itself as the worker.
    from pytuck_desktop.worker.__main__ import main as run

    return run()


def _run_window(options: Options) -> int:
    from pytuck_desktop.worker.launch import start_worker

    first_worker = start_worker() if options.files else None
    # PySide6 reads the source of every module that is imported after it, so what needs no Qt is
    # imported before.
    import pytuck_desktop.workspace.documents  # noqa: F401

    # Loading makes objects by the ten thousand and no garbage; the collector would only search.
    gc.disable()
    from pytuck_desktop.app import run

    return run(options, first_worker)


if __name__ == "__main__":
    sys.exit(main())
