"""What a folder of revisions is for: which database, and which models say how it is to be."""

from __future__ import annotations

import json
import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

from pytuck.common.atomic_file import replacing
from pytuck.common.exceptions import ConfigurationError

FILE_NAME = "settings.toml"
_KNOWN = {"database", "engine", "models"}

_TEMPLATE = """\
# What the revisions in this folder are for; paths are seen from this folder.
database = {database}
engine = {engine}  # "" means: found out from the file
models = {models}  # modules that declare how it is to be, for `pytuck migrate new --auto`
"""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a folder of revisions is for.

    Attributes:
        database: The file.
        engine: The name of its engine; None if it is found out from the file.
        models: Modules that declare how the tables are to be.
    """

    database: Path
    engine: str | None = None
    models: tuple[str, ...] = ()


def read_settings(folder: Path) -> Settings:
    """Return the settings of a folder of revisions.

    Raises:
        ConfigurationError: It has none, or they say something else.
    """
    path = folder / FILE_NAME
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as err:
        raise ConfigurationError(
            f"There is no '{path}'. Make it with 'pytuck migrate init DATABASE', or name the "
            "folder with --folder."
        ) from err
    except (OSError, ValueError) as err:
        raise ConfigurationError(f"'{path}' cannot be read: {err}.") from err
    unknown = sorted(set(found) - _KNOWN)
    database, engine, models = (found.get(name) for name in ("database", "engine", "models"))
    if unknown:
        raise ConfigurationError(f"'{path}' has unknown settings: {', '.join(unknown)}.")
    if not isinstance(database, str) or not database:
        raise ConfigurationError(f"'{path}' does not say which database it is for.")
    if not isinstance(models or [], list) or not all(
        isinstance(item, str) for item in models or []
    ):
        raise ConfigurationError(f"In '{path}', models must be a list of names of modules.")
    there = Path(os.path.normpath(folder / database))
    return Settings(there, engine or None, tuple(models or ()))


def write_settings(folder: Path, settings: Settings) -> Path:
    """Write the settings of a folder of revisions, which is made if need be; return their path.

    Raises:
        ConfigurationError: It has settings already, or cannot be written.
    """
    path = folder / FILE_NAME
    if path.exists():
        raise ConfigurationError(f"There is a file '{path}' already. Edit it.")
    database = os.path.relpath(settings.database.absolute(), folder.absolute())
    text = _TEMPLATE.format(
        database=json.dumps(Path(database).as_posix(), ensure_ascii=False),
        engine=json.dumps(settings.engine or ""),
        models=json.dumps(list(settings.models)),
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with replacing(path) as new:
            new.write_text(text, encoding="utf-8")
    except OSError as err:
        raise ConfigurationError(f"'{path}' cannot be written: {err}.") from err
    return path
