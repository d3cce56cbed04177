"""Where the files beside the code are: icons, translations, the sample."""

from __future__ import annotations

import os

_PACKAGE = os.path.dirname(os.path.abspath(__file__))


def resource_path(*parts: str) -> str:
    """Return the path of a resource: inside the installed package, else in the repository."""
    for root in (os.path.join(_PACKAGE, "resources"), _REPOSITORY):
        path = os.path.join(root, *parts)
        if os.path.exists(path):
            return path
    return os.path.join(_REPOSITORY, *parts)


_REPOSITORY = os.path.join(os.path.dirname(_PACKAGE), "resources")
