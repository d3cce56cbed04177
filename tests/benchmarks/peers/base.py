"""What peers have in common."""

from __future__ import annotations

import shutil
from pathlib import Path

import data


class BasePeer:
    """Files of one peer in a folder: `filled` has the data, works that write use a copy of it.

    A peer has a method for each name in `works.WORKS` that it can do. The method prepares one run,
    which is not measured, and returns what is: a function that does the work and returns its size.
    """

    suffix = ".db"

    def __init__(self, folder: Path, size: data.Size) -> None:
        self.folder = folder
        self.size = size
        self.path = folder / f"filled{self.suffix}"
        self._copies = 0

    def is_filled(self) -> bool:
        """Return whether the data is there from an earlier round."""
        return self.path.exists()

    def fill(self) -> None:
        """Write the data."""
        raise NotImplementedError

    def empty_path(self) -> Path:
        """Return the path of a new file."""
        self._copies += 1
        path = self.folder / f"new{self._copies}{self.suffix}"
        for stale in self.folder.glob(f"new{self._copies}{self.suffix}*"):
            stale.unlink()
        return path

    def copy(self) -> Path:
        """Return the path of a copy of the data."""
        path = self.empty_path()
        shutil.copy(self.path, path)
        return path
