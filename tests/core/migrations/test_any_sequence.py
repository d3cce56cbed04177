"""Any sequence of operations, forwards and backwards, does to a database what it says."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from pytuck import Storage
from pytuck.migrations import Migrations
from tests.core.migrations.scripts import write

TYPES = {"int": int, "str": str}


@dataclass
class Model:
    """What a table should be: columns with the names of their types, indexed columns, rows."""

    columns: dict[str, str] = field(default_factory=dict)
    indexed: set[str] = field(default_factory=set)
    rows: list[dict] = field(default_factory=list)
    comment: str | None = None

    def add(self, column, kind, fill=None):
        self.columns[column] = kind
        for row in self.rows:
            row[column] = fill

    def drop(self, column):
        del self.columns[column]
        self.indexed.discard(column)
        for row in self.rows:
            del row[column]

    def rename(self, old, new):
        self.columns = {new if name == old else name: kind for name, kind in self.columns.items()}
        self.indexed = {new if name == old else name for name in self.indexed}
        for row in self.rows:
            row[new] = row.pop(old)

    def convert(self, column, kind):
        self.columns[column] = kind
        for row in self.rows:
            if row[column] is not None:
                row[column] = TYPES[kind](row[column])


Tables = dict[str, Model]


class AnySequence(RuleBasedStateMachine):
    """Writes revisions, applies them and takes them back; compares with what should be there."""

    file_name = "a.pytuck"

    @initialize()
    def begin(self):
        self.folder = Path(tempfile.mkdtemp())
        self.storage = Storage(self.folder / self.file_name)
        self.tables: Tables = {}
        self.written = []  # of each revision: how it changes the model, and back
        self.applied = 0
        self.count = 0

    def teardown(self):
        if hasattr(self, "storage"):
            self.storage.close()
            shutil.rmtree(self.folder)

    # --- Revisions ---

    def _revision(self, upgrade, downgrade, forwards, backwards):
        """Write a revision on top of what is applied, and apply it."""
        self._apply_all()
        name = f"r{self.count}"
        parents = () if not self.written else (self.written[-1][0],)
        write(self.folder / "revisions", name, upgrade, downgrade, parents=parents)
        self.count += 1
        self.written.append((name, forwards, backwards))
        self._apply_all()

    def _apply_all(self):
        self._migrations().upgrade(backup=False)
        for _, forwards, _ in self.written[self.applied :]:
            forwards(self.tables)
        self.applied = len(self.written)

    def _migrations(self):
        return Migrations(self.storage, self.folder / "revisions")

    def _new_name(self):
        return f"n{self.count}"

    @rule(data=st.data(), to=st.integers(0, 5))
    @precondition(lambda self: self.written)
    def downgrade(self, data, to):
        stays = max(self.applied - 1 - to, 0)
        if self.applied == 0:
            return
        target = "base" if stays == 0 else self.written[stays - 1][0]
        self._migrations().downgrade(target, backup=False)
        for _, _, backwards in reversed(self.written[stays : self.applied]):
            backwards(self.tables)
        self.applied = stays

    @rule()
    def upgrade(self):
        self._apply_all()

    @rule()
    def reopen(self):
        self.storage.close()
        self.storage = Storage(self.folder / self.file_name)

    @rule(values=st.lists(st.integers(-5, 10**6), min_size=1, max_size=3), data=st.data())
    @precondition(lambda self: self.tables)
    def insert(self, values, data):
        name = data.draw(st.sampled_from(sorted(self.tables)))
        model = self.tables[name]
        for value in values:
            row = {column: TYPES[kind](value) for column, kind in model.columns.items()}
            row["id"] = max([0, *(old["id"] for old in model.rows)]) + 1
            self.storage.insert(name, row)
            model.rows.append(row)

    # --- Operations ---

    @rule(comment=st.sampled_from([None, "folk"]))
    def create_table(self, comment):
        name = self._new_name()

        def forwards(tables):
            tables[name] = Model({"id": "int", "a": "int"}, {"a"}, [], comment)

        self._revision(
            f'op.create_table("{name}", [Column(int, name="id", primary_key=True), '
            f'Column(int, name="a", index=True)], comment={comment!r})',
            f'op.drop_table("{name}")',
            forwards,
            lambda tables: tables.pop(name),
        )

    def _table(self, data):
        self._apply_all()
        return data.draw(st.sampled_from(sorted(self.tables)))

    def _column(self, data, table):
        others = [name for name in self.tables[table].columns if name != "id"]
        return data.draw(st.sampled_from(others)) if others else None

    @rule(data=st.data(), kind=st.sampled_from(sorted(TYPES)), default=st.sampled_from([None, 7]))
    @precondition(lambda self: self.tables)
    def add_column(self, data, kind, default):
        table, name = self._table(data), self._new_name()
        value = None if default is None else TYPES[kind](default)
        self._revision(
            f'op.add_column("{table}", Column({kind}, name="{name}", default={value!r}))',
            f'op.drop_column("{table}", "{name}")',
            lambda tables: tables[table].add(name, kind, value),
            lambda tables: tables[table].drop(name),
        )

    @rule(data=st.data())
    @precondition(lambda self: self.tables)
    def drop_column(self, data):
        table = self._table(data)
        column = self._column(data, table)
        if column is None:
            return
        kind = self.tables[table].columns[column]
        self._revision(
            f'op.drop_column("{table}", "{column}")',
            f'op.add_column("{table}", Column({kind}, name="{column}"))',
            lambda tables: tables[table].drop(column),
            lambda tables: tables[table].add(column, kind),
        )

    @rule(data=st.data())
    @precondition(lambda self: self.tables)
    def rename_column(self, data):
        table, new = self._table(data), self._new_name()
        column = self._column(data, table)
        if column is None:
            return
        self._revision(
            f'op.rename_column("{table}", "{column}", "{new}")',
            f'op.rename_column("{table}", "{new}", "{column}")',
            lambda tables: tables[table].rename(column, new),
            lambda tables: tables[table].rename(new, column),
        )

    @rule(data=st.data())
    @precondition(lambda self: self.tables)
    def rename_table(self, data):
        table, new = self._table(data), self._new_name()
        self._revision(
            f'op.rename_table("{table}", "{new}")',
            f'op.rename_table("{new}", "{table}")',
            lambda tables: tables.update({new: tables.pop(table)}),
            lambda tables: tables.update({table: tables.pop(new)}),
        )

    @rule(data=st.data())
    @precondition(lambda self: self.tables)
    def change_type(self, data):
        table = self._table(data)
        column = self._column(data, table)
        if column is None:
            return
        old = self.tables[table].columns[column]
        new = "int" if old == "str" else "str"
        self._revision(
            f'op.alter_column("{table}", "{column}", type={new}, default=None)',
            f'op.alter_column("{table}", "{column}", type={old}, default=None)',
            lambda tables: tables[table].convert(column, new),
            lambda tables: tables[table].convert(column, old),
        )

    @rule(data=st.data())
    @precondition(lambda self: self.tables)
    def reorder(self, data):
        table = self._table(data)
        before = list(self.tables[table].columns)
        after = data.draw(st.permutations(before))

        def ordered(names):
            def change(tables):
                columns = tables[table].columns
                tables[table].columns = {name: columns[name] for name in names}

            return change

        self._revision(
            f"op.reorder_columns({table!r}, {after!r})",
            f"op.reorder_columns({table!r}, {before!r})",
            ordered(after),
            ordered(before),
        )

    @rule(data=st.data())
    @precondition(lambda self: self.tables)
    def change_rows(self, data):
        table = self._table(data)
        column = self._column(data, table)
        if column is None:
            return

        def longer(tables):
            for row in tables[table].rows:
                if isinstance(row[column], str) and len(row[column]) < 9:
                    row[column] += "0"

        self._revision(
            f'op.update_rows("{table}", lambda row: {{"{column}": row["{column}"] + "0"}} '
            f'if isinstance(row["{column}"], str) and len(row["{column}"]) < 9 else None, batch=2)',
            "pass",
            longer,
            lambda tables: None,
        )

    # --- What must hold ---

    @invariant()
    def the_database_is_as_it_should_be(self):
        if not hasattr(self, "storage"):
            return
        assert self.storage.list_tables() == sorted(self.tables)
        for name, model in self.tables.items():
            table = self.storage.get_table(name).schema
            found = {column.name: column.type.python_type.__name__ for column in table.columns}
            assert list(found.items()) == list(model.columns.items())
            assert {index.columns[0] for index in table.indexes} == model.indexed
            assert table.primary_key == ("id",)
            assert table.comment == model.comment
            assert self.storage.query(name, order_by="id") == model.rows
        current = [item.id for item in self._migrations().current()]
        assert current == ([self.written[self.applied - 1][0]] if self.applied else [])


@pytest.mark.parametrize("name", ["a.pytuck", "a.duckdb", "a.json"])
def test_any_sequence_of_operations(name):
    machine = type("AnySequenceHere", (AnySequence,), {"file_name": name})
    examples = 25 if name == "a.pytuck" else 6
    run_state_machine_as_test(
        machine, settings=settings(max_examples=examples, stateful_step_count=25, deadline=None)
    )
