"""From every engine to every other one nothing is lost: no value, no type, no rule of a table."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytuck import Storage
from pytuck.formats.registry import FORMATS
from pytuck.tools import get_available_engines, migrate_engine
from tests.contract import nasty_tables

ENGINES = ("pytuck", "sqlite", "duckdb", *FORMATS)


def skip_if_missing(*engines: str) -> None:
    available = get_available_engines()
    for engine in engines:
        if not available[engine]:
            pytest.skip(f"the engine {engine} needs a package that is not installed")


@pytest.fixture(scope="session")
def expected() -> nasty_tables.Contents:
    """The tables as a database in memory has them."""
    with Storage() as storage:
        nasty_tables.fill(storage)
        return nasty_tables.contents(storage)


@pytest.fixture(scope="session")
def sources(tmp_path_factory) -> dict[str, Path]:
    """Files with the nasty tables, made when they are first asked for."""
    folder = tmp_path_factory.mktemp("sources")

    class Sources(dict[str, Path]):
        def __missing__(self, engine: str) -> Path:
            path = folder / f"source.{engine}"
            with Storage(path, engine=engine) as storage:
                nasty_tables.fill(storage)
            self[engine] = path
            return path

    return Sources()


@pytest.mark.parametrize("engine", ENGINES)
def test_a_file_holds_what_was_put_into_it(engine, sources, expected):
    skip_if_missing(engine)
    with Storage(sources[engine], read_only=True) as storage:
        assert storage.engine_name == engine
        assert nasty_tables.contents(storage) == expected


@pytest.mark.parametrize("target", ENGINES)
@pytest.mark.parametrize("source", ENGINES)
def test_nothing_is_lost_on_the_way(source, target, sources, expected, tmp_path):
    skip_if_missing(source, target)
    path = tmp_path / f"target.{target}"
    report = migrate_engine(sources[source], source, path, target)
    assert report["records"] == sum(rows.total() for _, rows in expected.values())
    with Storage(path, engine=target) as storage:
        assert nasty_tables.contents(storage) == expected
        # The key of a row that was deleted before is not given again.
        keys = [row["id"] for row in storage.query("every type", [])]
        assert storage.insert("every type", {}) == max(keys) + 2
