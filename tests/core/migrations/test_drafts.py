"""A draft of a revision leads to what is wanted and back, with the rows there are."""

from __future__ import annotations

from pytuck import Column
from pytuck.migrations.drafting import draft_revision
from pytuck.schema import Column as Plain
from pytuck.schema import Table
from pytuck.types import TYPES


def test_a_column_that_must_have_a_value_comes_back_with_an_empty_one(storage):
    storage.create_table(
        "users",
        [Column(int, name="id", primary_key=True), Column(str, name="name", nullable=False)],
    )
    storage.bulk_insert("users", [{"name": "Ann"}, {"name": "Bob"}])
    wanted = Table("users", (Plain("id", TYPES[int], False, primary_key=True),), ("id",))
    draft = draft_revision(storage, [wanted])
    storage.change(*draft.upgrade)
    storage.change(*draft.downgrade)
    assert storage.query("users", []) == [{"id": 1, "name": ""}, {"id": 2, "name": ""}]
    upgrade, downgrade, _ = draft.code()
    assert upgrade == ['op.drop_column("users", "name")']
    assert downgrade == [
        'op.add_column("users", Column(str, name="name", nullable=False), fill="")',
    ]
