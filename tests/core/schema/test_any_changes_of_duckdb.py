"""Whatever changes DuckDB tables go through, they are kept, and can be repeated from its log."""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import replace

import pytest
from hypothesis import Phase, given, note, settings
from hypothesis import strategies as st

from pytuck import Storage, delete, update
from pytuck.schema import CreateTable, Renames, compare
from tests.core.schema.random_schemas import (
    column_partners,
    described,
    kept_rows,
    partners,
    renames,
    rows_for,
    schemas,
)

pytest.importorskip("duckdb")


# To make schemas smaller that fail takes minutes, and the changes are short enough to read.
@settings(max_examples=10, deadline=None, phases=set(Phase) - {Phase.shrink})
@given(data=st.data())
def test_changes_are_kept_and_repeated_after_a_crash(data, tmp_path_factory):
    found, wanted, last = data.draw(schemas()), data.draw(schemas()), data.draw(schemas())
    write = data.draw(_writings)
    if write is not None:  # step by step foreign keys may lead to what is no key meanwhile
        found, wanted, last = map(without_foreign_keys, (found, wanted, last))
    renamed = data.draw(renames(found, wanted))
    count = data.draw(st.integers(0, 3))
    pairs = partners(found, wanted, renamed)
    path = tmp_path_factory.mktemp("schemas") / "any.duckdb"
    with Storage(path) as storage:
        storage.change(*(CreateTable(table.name, table) for table in found))
        rows = {}
        for table in found:
            later = next((new for old, new in pairs if old is table), None)
            rows[table.name] = rows_for(table, later, renamed, count)
            storage.bulk_insert(table.name, rows[table.name])
        with only_in_the_log(storage):
            change_to(storage, wanted, renamed, write)
            first = copied_as_after_a_crash(path, "first.duckdb")
            for name in storage.tables:
                storage.execute(delete(storage.tables[name]))
            change_to(storage, last, Renames(), write)
            second = copied_as_after_a_crash(path, "second.duckdb")
    assert_made(first, wanted)
    with Storage(first) as storage:
        for old, new in pairs:
            columns = column_partners(old, new, renamed)
            names = [column.name for _, column in columns]
            left = [[row[name] for name in names] for row in storage.query(new.name, [])]
            assert sorted(left, key=repr) == kept_rows(rows[old.name], columns)
    assert_made(second, last)
    assert_made(path, last)


def change_to(storage, wanted, renamed, write):
    """Make the tables of a storage those of a schema, at once or with writes in between."""
    there = [table.schema for table in storage.tables.values()]
    changes = compare(there, wanted, renamed).changes
    note("\n".join(change.describe() for change in changes))
    if write is None:
        storage.change(*changes)
        return
    with storage.transaction():
        for change in changes:
            for name, table in storage.tables.items():
                write(storage, name, next(iter(table.columns.values())).name)
            storage.change(change)


def assert_made(path, wanted):
    """The file opens, with the tables of a schema."""
    with Storage(path) as storage:
        after = {name: described(table.schema) for name, table in storage.tables.items()}
        assert after == {table.name: described(table) for table in wanted}
        assert storage.check() == []


def without_foreign_keys(tables):
    return [replace(table, foreign_keys=()) for table in tables]


def write_nothing(storage, table, column):
    pass


def write_by_statement(storage, table, column):
    source = storage.tables[table]
    storage.execute(update(source).values({column: source.c[column]}))


def write_by_text(storage, table, column):
    storage.execute_sql(f'UPDATE "{table}" SET "{column}" = "{column}"')


_writings = st.sampled_from([None, write_nothing, write_by_statement, write_by_text])


@contextlib.contextmanager
def only_in_the_log(storage):
    """Have DuckDB keep commits in its log, because somebody is reading."""
    reader = storage.engine.open_reader()
    with reader.reading():
        reader.all_tables()
        yield
    reader.close()


def copied_as_after_a_crash(path, name):
    """Copy a file and its log, as a program leaves them that is killed."""
    copy = path.with_name(name)
    for ending in ("", ".wal"):
        source = path.with_name(path.name + ending)
        if source.exists():
            shutil.copyfile(source, copy.with_name(copy.name + ending))
    return copy
