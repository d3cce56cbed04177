"""Every public method says what it does, or overrides one that is described elsewhere."""

from __future__ import annotations

import importlib
import inspect

import pytest

from tests.architecture.source_files import PACKAGES, source_files


def _undescribed(cls: type) -> list[str]:
    return [
        f"{cls.__module__}.{cls.__qualname__}.{name}"
        for name, member in vars(cls).items()
        if not name.startswith("_")
        and (inspect.isfunction(member) or isinstance(member, (property, staticmethod)))
        and not getattr(member, "__doc__", None)
        and not any(hasattr(base, name) for base in cls.__mro__[1:])
    ]


@pytest.mark.parametrize("package", PACKAGES)
def test_public_methods_are_described(package):
    silent = []
    for source in source_files(package):
        module = importlib.import_module(source.module)
        classes = [item for item in vars(module).values() if inspect.isclass(item)]
        for cls in classes:
            if cls.__module__ == source.module and not cls.__name__.startswith("_"):
                silent += _undescribed(cls)
    assert silent == []
