"""Whatever changes DuckDB tables go through, they are kept, and can be repeated from its log."""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import replace

import pytest
from hypothesis import Phase, given, note, settings
from hypothesis import strategies as st

from pytuck import Storage, update
from pytuck.schema import CreateTable, compare
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
@settings(max_examples=200, deadline=None, phases=set(Phase) - {Phase.shrink})
@given(data=st.data())
def test_changes_are_kept_and_repeated_after_a_crash(data, tmp_path_factory):
    found, wanted = data.draw(schemas()), data.draw(schemas())
    is_at_once = data.draw(st.booleans())
    if not is_at_once:  # on the way foreign keys may lead to what is no key
        found, wanted = without_foreign_keys(found), without_foreign_keys(wanted)
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
        there = [storage.get_table(table.name).schema for table in found]
        changes = compare(there, wanted, renamed).changes
        note("\n".join(change.describe() for change in changes))
        with only_in_the_log(storage):
            if is_at_once:
                storage.change(*changes)
            else:
                change_one_by_one(storage, changes, data.draw(_writings))
            copy, has_log = copied_as_after_a_crash(path)
            assert has_log or not changes
    for file in (path, copy):
        with Storage(file) as storage:
            after = {name: table.schema for name, table in storage.tables.items()}
            assert {name: described(table) for name, table in after.items()} == {
                table.name: described(table) for table in wanted
            }
            for old, new in pairs:
                columns = column_partners(old, new, renamed)
                names = [column.name for _, column in columns]
                left = [[row[name] for name in names] for row in storage.query(new.name, [])]
                assert sorted(left, key=repr) == kept_rows(rows[old.name], columns)
            assert storage.check() == []


def without_foreign_keys(tables):
    return [replace(table, foreign_keys=()) for table in tables]


def change_one_by_one(storage, changes, write):
    """Carry changes out in one transaction, with rows written between them."""
    with storage.transaction():
        for change in changes:
            for name, table in storage.tables.items():
                write(storage, name, next(iter(table.columns.values())).name)
            storage.change(change)


def write_nothing(storage, table, column):
    pass


def write_by_statement(storage, table, column):
    source = storage.tables[table]
    storage.execute(update(source).values({column: source.c[column]}))


def write_by_text(storage, table, column):
    storage.execute_sql(f'UPDATE "{table}" SET "{column}" = "{column}"')


_writings = st.sampled_from([write_nothing, write_by_statement, write_by_text])


@contextlib.contextmanager
def only_in_the_log(storage):
    """Have DuckDB keep commits in its log, because somebody is reading."""
    reader = storage.engine.open_reader()
    with reader.reading():
        reader.all_tables()
        yield
    reader.close()


def copied_as_after_a_crash(path):
    """Copy a file and its log, as a program leaves them that is killed; say if there was a log."""
    log = path.with_name(path.name + ".wal")
    copy = path.with_name("copy.duckdb")
    shutil.copyfile(path, copy)
    if log.exists():
        shutil.copyfile(log, copy.with_name(copy.name + ".wal"))
    return copy, log.exists()
