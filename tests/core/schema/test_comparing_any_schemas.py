"""The changes between any two schemas make the first one the second, and keep the rows."""

from __future__ import annotations

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pytuck import Storage
from pytuck.schema import CreateTable, applied, compare
from tests.core.schema.random_schemas import (
    column_partners,
    described,
    kept_rows,
    partners,
    renames,
    rows_for,
    schemas,
)


# To make schemas smaller that fail takes minutes, and the changes are short enough to read.
@settings(max_examples=60, deadline=None, phases=set(Phase) - {Phase.shrink})
@given(data=st.data())
def test_the_changes_make_one_schema_the_other(data, tmp_path_factory):
    found, wanted = data.draw(schemas()), data.draw(schemas())
    renamed = data.draw(renames(found, wanted))
    count = data.draw(st.integers(0, 3))
    pairs = partners(found, wanted, renamed)
    path = tmp_path_factory.mktemp("schemas") / "any.pytuck"
    with Storage(path) as storage:
        storage.change(*(CreateTable(table.name, table) for table in found))
        rows = {}
        for table in found:
            later = next((new for old, new in pairs if old is table), None)
            rows[table.name] = rows_for(table, later, renamed, count)
            storage.bulk_insert(table.name, rows[table.name])
        there = [storage.get_table(table.name).schema for table in found]
        assert [described(table) for table in there] == [described(table) for table in found]
        comparison = compare(there, wanted, renamed)
        assert comparison.impossible == ()
        if data.draw(st.booleans()):
            storage.change(*comparison.changes)
        else:  # as a revision script does
            with storage.structure_transaction():
                for change in comparison.changes:
                    storage.change(change)

        after = {name: table.schema for name, table in storage.tables.items()}
        expected = {table.name: described(table) for table in wanted}
        assert {name: described(table) for name, table in after.items()} == expected
        worked_out = applied(there, comparison.changes)
        assert {name: described(table) for name, table in worked_out.items()} == expected
        assert compare(after, wanted).changes == ()
        for old, new in pairs:
            columns = column_partners(old, new, renamed)
            names = [column.name for _, column in columns]
            left = [[row[name] for name in names] for row in storage.query(new.name, [])]
            assert sorted(left, key=repr) == kept_rows(rows[old.name], columns)
        assert storage.check() == []
