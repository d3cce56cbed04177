"""`Document`: a file that is opened as one, and how."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pytuck.common.options import BackendOptions
from pytuck.common.progress import SILENT, Work
from pytuck.formats.base import NOTHING_DECIDED, Format, Overrides


@dataclass(frozen=True, slots=True)
class Document:
    """A file that is opened as a document.

    Attributes:
        path: The file or folder itself, not a link to it.
        format: What kind of file it is.
        options: How it is read and written; None means the format's defaults.
        saves_commits: Each commit is written to the file at once.
        overrides: What a person decided about a file that does not say its types.
        work: Is told of the first reading, and may stop it.
    """

    path: Path
    format: Format
    options: BackendOptions | None = None
    saves_commits: bool = False
    overrides: Overrides = NOTHING_DECIDED
    work: Work = SILENT
