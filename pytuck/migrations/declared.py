"""The tables that the models of a program declare."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from pytuck.common.exceptions import MigrationError
from pytuck.core.declaring import only_declaring
from pytuck.core.models import PureBaseModel
from pytuck.schema import Table


def declared_tables(modules: Sequence[str], search: Path | None = None) -> list[Table]:
    """Import modules, and return the tables of the models in them and in their submodules.

    No table is made by that. Models that the modules import from elsewhere count, too.

    Args:
        modules: Names such as `shop.models`.
        search: A folder in which they are looked for first.

    Raises:
        MigrationError: A module cannot be imported, there are no models in them, or two models
            have one table.
    """
    if search is not None and str(search) not in sys.path:
        sys.path.insert(0, str(search))
    found: dict[str, type[PureBaseModel]] = {}
    with only_declaring():
        imported = [_import(name) for name in modules]
    names = {id(value) for module in imported for value in vars(module).values()}
    for model in _models(PureBaseModel):
        is_inside = any(
            model.__module__ == name or model.__module__.startswith(f"{name}.") for name in modules
        )
        if not is_inside and id(model) not in names:
            continue
        twin = found.setdefault(model.__tablename__, model)
        if twin is not model:
            raise MigrationError(
                f"The models {twin.__module__}.{twin.__qualname__} and "
                f"{model.__module__}.{model.__qualname__} have the same table "
                f"'{model.__tablename__}'."
            )
    if not found:
        raise MigrationError(f"There are no models in {', '.join(modules)}.")
    return [model.__source__.schema for model in found.values()]


def _import(name: str) -> object:
    try:
        return importlib.import_module(name)
    except Exception as err:  # whatever the program does when it is imported
        raise MigrationError(
            f"The module '{name}' cannot be imported: {type(err).__name__}: {err}."
        ) from err


def _models(base: type[PureBaseModel]) -> Iterator[type[PureBaseModel]]:
    for model in base.__subclasses__():
        if not model.__abstract__:
            yield model
        yield from _models(model)
