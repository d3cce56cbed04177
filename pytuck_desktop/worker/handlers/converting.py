"""Files of the old library become present ones."""

from __future__ import annotations

from pytuck_desktop.worker.handlers.open_file import OpenFile
from pytuck_desktop.worker.protocol import Plain


def convert_old(file: OpenFile, arguments: dict[str, Plain]) -> Plain:
    """Convert the open file, which is closed then; answered with where the old one is kept."""
    return str(file.convert_old())
