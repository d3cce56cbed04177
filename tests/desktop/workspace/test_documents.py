"""A file opened, browsed, edited and saved, through a real worker and a real file."""

from __future__ import annotations

import sqlite3
import subprocess
import sys

import pytest

from pytuck import Column, Storage
from pytuck_desktop.workspace.documents import Document
from pytuck_desktop.workspace.rows import RowState, SortKey
from pytuck_desktop.workspace.staged_edits import CellEdit
from tests.desktop.office import Office


def read(path, sql):
    """Ask the file itself, as another program would."""
    code = f"import sqlite3; print(sqlite3.connect({str(path)!r}).execute({sql!r}).fetchall())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    return eval(done.stdout)


def write(path, sql):
    """Commit something as another program would."""
    code = f"import sqlite3; c = sqlite3.connect({str(path)!r}); c.execute({sql!r}); c.commit()"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_document_says_what_the_file_is(office, shop):
    document = office.open(shop)
    assert document.name == "shop.pytuck"
    assert (document.info.engine, document.info.format_version) == ("pytuck", 1)
    assert not document.is_read_only
    assert [table.name for table in document.tables] == ["customers", "orders"]
    orders = document.table("orders")
    assert orders.columns[1].foreign_key == ("customers", "id")
    assert orders.columns[2].default == 0.0
    counts = []
    document.request_count("customers", counts.append)
    office.wait(lambda: counts)
    assert counts == [1000]


def test_rows_come_by_position_and_in_any_order(office, shop):
    document = office.open(shop)
    view = office.rows(document, "customers")
    assert view.row_count == 1000
    assert view.row(0).values == (1, "Customer 1", 1, None)
    assert view.row(0) is view.row(0)
    view.want(990, 999)
    office.wait(lambda: view.row(999))
    assert view.row(999).values[0] == 1000
    resets = []
    view.on_reset.append(lambda: resets.append(1))
    view.set_sort((SortKey("age", descending=True), SortKey("id", descending=True)))
    assert view.row(999).values[0] == 1000  # the old rows stay until the new ones are there
    view.want(0, 20)
    office.wait(lambda: resets and view.is_order_ready)
    assert view.row(0).values[:3] == (989, "Customer 989", 89)
    found = []
    view.find(1, found.append)
    office.wait(lambda: found)
    assert found == [988]


def test_staged_edits_show_at_once_and_are_saved_together(office, shop):
    document = office.open(shop)
    customers, orders = office.rows(document, "customers"), office.rows(document, "orders")
    changed = []
    customers.on_rows_changed.append(lambda first, last: changed.append((first, last)))
    edits = document.edits
    edits.set_cells([CellEdit("customers", 2, "name", "Customer 2", "Änderung")])
    assert changed == [(1, 1)]
    assert customers.row(1).values[1] == "Änderung"
    assert (customers.row(1).state, customers.row(1).changed) == (RowState.CHANGED, {1})
    new = edits.insert_row("customers")
    assert customers.row_count == 1001
    assert customers.row(1000).state is RowState.NEW
    edits.set_cells([CellEdit("customers", new, "name", None, "New one")])
    edits.delete_rows("orders", [orders.row(0)])
    assert orders.row(0).state is RowState.DELETED
    assert edits.count == 3
    assert read(shop, "SELECT name FROM customers WHERE id = 2") == [("Customer 2",)]

    assert office.save(document) is None
    assert edits.count == 0
    assert not edits.can_undo
    assert customers.row(1).values[1] == "Änderung"
    assert customers.row(1).state is RowState.NONE
    customers.want(995, 1000)
    office.wait(lambda: customers.row(1000) and customers.row(1000).identity == 1001)
    assert customers.row(1000).values[1] == "New one"
    office.wait(lambda: orders.row_count == 9)
    assert read(shop, "SELECT id, name FROM customers WHERE id IN (2, 1001)") == [
        (2, "Änderung"),
        (1001, "New one"),
    ]
    assert read(shop, "SELECT count(*) FROM orders") == [(9,)]


def test_edits_survive_sorting_and_undo_goes_over_tables(office, shop):
    document = office.open(shop)
    view = office.rows(document, "customers")
    document.edits.set_cells([CellEdit("customers", 1, "age", 1, 99)])
    document.edits.insert_row("orders", {"customer_id": 1})
    view.set_sort((SortKey("name", descending=True),))
    view.set_sort((SortKey("name"),))
    office.wait(lambda: view.is_order_ready and view.row(0) and view.row(0).identity == 1)
    assert view.row(0).values[2] == 99
    document.edits.undo()
    document.edits.undo()
    assert document.edits.count == 0
    assert view.row(0).values[2] == 1
    document.edits.redo()
    assert view.row(0).values[2] == 99


def test_commits_of_another_process_show_without_losing_edits(office, shop):
    document = office.open(shop)
    view = office.rows(document, "customers")
    heard = []
    document.on_data_changed.append(lambda: heard.append(1))
    document.edits.set_cells([CellEdit("customers", 3, "name", "Customer 3", "mine")])
    write(shop, "UPDATE customers SET age = 77 WHERE id <= 3")
    office.wait(lambda: heard and view.row(0).values[2] == 77)
    assert view.row(2).values == (3, "mine", 77, None)
    write(shop, "INSERT INTO customers (name) VALUES ('from outside')")
    office.wait(lambda: view.row_count == 1001)
    write(shop, "DELETE FROM customers WHERE id = 1")
    office.wait(lambda: view.row(0) and view.row(0).identity == 2 and view.row_count == 1000)
    assert document.edits.count == 1


def test_a_changed_schema_is_read_again(office, shop):
    document = office.open(shop)
    view = office.rows(document, "customers")
    heard = []
    document.on_schema_changed.append(lambda: heard.append(1))
    write(shop, "ALTER TABLE customers ADD COLUMN extra TEXT DEFAULT 'x'")
    office.wait(lambda: heard and view.row(0) and len(view.row(0).values) == 5)
    assert document.table("customers").columns[-1].name == "extra"
    write(shop, "CREATE TABLE more (id INTEGER PRIMARY KEY)")
    office.wait(lambda: "more" in [table.name for table in document.tables])


def test_a_row_changed_by_somebody_else_is_a_conflict_and_nothing_is_saved(office, shop):
    document = office.open(shop)
    office.rows(document, "customers")
    document.edits.set_cells([CellEdit("customers", 1, "name", "Customer 1", "mine")])
    document.edits.set_cells([CellEdit("customers", 2, "name", "Customer 2", "mine, too")])
    write(shop, "UPDATE customers SET name = 'theirs' WHERE id = 2")
    error = office.save(document)
    assert error.code == "PT-2403"
    assert error.fields["conflicts"] == [("customers", 2)]
    assert document.edits.count == 2
    assert read(shop, "SELECT name FROM customers WHERE id <= 2") == [
        ("Customer 1",),
        ("theirs",),
    ]


def test_a_refused_edit_names_its_row_and_nothing_is_saved(office, shop):
    document = office.open(shop)
    office.rows(document, "orders")
    document.edits.set_cells([CellEdit("orders", 1, "total", 0.25, 9.0)])
    document.edits.set_cells([CellEdit("orders", 2, "customer_id", 2, 12345)])
    error = office.save(document)
    assert (error.code, error.fields["table_name"]) == ("PT-1203", "orders")
    assert error.fields["identity"] == 2
    assert document.edits.count == 2
    document.edits.undo()
    document.edits.insert_row("customers", {"age": 5})
    error = office.save(document)
    assert (error.fields["table_name"], error.fields["column_name"]) == ("customers", "name")
    document.edits.undo()
    assert office.save(document) is None
    assert read(shop, "SELECT total FROM orders WHERE id = 1") == [(9.0,)]


def test_parents_and_children_are_saved_in_one_go(office, shop):
    document = office.open(shop)
    office.rows(document, "orders")
    document.edits.insert_row("orders", {"customer_id": 5000})
    document.edits.insert_row("customers", {"id": 5000, "name": "late"})
    assert office.save(document) is None
    customers = office.rows(document, "customers", 1000, 1000)
    orders = office.rows(document, "orders", 10, 10)
    document.edits.delete_rows("customers", [customers.row(1000)])
    document.edits.delete_rows("orders", [orders.row(10)])
    assert office.save(document) is None
    assert read(shop, "SELECT count(*) FROM customers") == [(1000,)]


def test_steps_during_a_save_wait_for_its_end(office, shop):
    document = office.open(shop)
    view = office.rows(document, "customers")
    document.edits.set_cells([CellEdit("customers", 1, "age", 1, 50)])
    outcome = []
    document.save(lambda: outcome.append("saved"), outcome.append)
    document.edits.set_cells([CellEdit("customers", 2, "age", 2, 60)])
    office.wait(lambda: outcome)
    assert outcome == ["saved"]
    assert document.edits.count == 1
    assert view.row(1).values[2] == 60
    assert read(shop, "SELECT age FROM customers WHERE id <= 2") == [(50,), (2,)]


def test_long_values_are_fetched_whole_and_not_compared_by_their_beginning(office, shop):
    write(shop, "UPDATE customers SET note = printf('%.*c', 5000, 'x') WHERE id = 1")
    document = office.open(shop)
    view = office.rows(document, "customers")
    assert view.row(0).wide == {3: 5000}
    assert view.row(0).values[3] == "x" * 256
    got = []
    document.fetch_cell("customers", 1, "note", got.append, got.append)
    office.wait(lambda: got)
    assert got == ["x" * 5000]
    document.edits.set_cells([CellEdit("customers", 1, "note", "x" * 256, "y", False)])
    assert view.row(0).wide is None
    assert office.save(document) is None
    assert read(shop, "SELECT note FROM customers WHERE id = 1") == [("y",)]


def test_tables_without_row_ids_can_be_edited(office, shop):
    other = sqlite3.connect(shop)
    with other:
        other.execute(
            "CREATE TABLE k (a TEXT, b INTEGER, v TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID"
        )
        other.executemany("INSERT INTO k VALUES (?, ?, 'v')", [("x", 1), ("x", 2), ("y", 1)])
        other.execute("CREATE VIEW w AS SELECT a FROM k")
    other.close()
    document = office.open(shop)
    view = office.rows(document, "k")
    assert [view.row(index).identity for index in range(3)] == [("x", 1), ("x", 2), ("y", 1)]
    document.edits.set_cells([CellEdit("k", ("x", 2), "v", "v", "w")])
    document.edits.delete_rows("k", [view.row(2)])
    assert office.save(document) is None
    assert read(shop, "SELECT * FROM k") == [("x", 1, "v"), ("x", 2, "w")]
    assert not document.table("w").is_editable
    assert office.rows(document, "w").row(0).identity is None


def test_a_million_rows_are_there_at_once(office, tmp_path):
    path = tmp_path / "large.pytuck"
    with Storage(path, durability="off") as storage:
        storage.create_table(
            "t", [Column(int, name="id", primary_key=True), Column(str, name="name")]
        )
    write(
        path,
        "INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
        "WHERE i < 1000000) SELECT i, 'row ' || i FROM n",
    )
    document = office.open(path)
    view = office.rows(document, "t")
    assert view.row_count == 1_000_000
    for first in (999_950, 500_000, 123_456):
        view.want(first, first + 40)
        office.wait(lambda first=first: office.has(view, first, first + 40))
        assert view.row(first).values == (first + 1, f"row {first + 1}")
    office.wait(lambda: view.count_is_exact)


@pytest.mark.parametrize("in_process", [True, False])
def test_errors_of_opening_come_as_data(tmp_path, in_process):
    office = Office(in_process=in_process)
    error = office.open(tmp_path / "nothing.pytuck")
    assert (error.code, error.fields["path"]) == ("PT-2101", str(tmp_path / "nothing.pytuck"))
    secret = tmp_path / "secret.pytuck"
    with Storage(secret, password="right") as storage:
        storage.create_table("t", [Column(int, name="id", primary_key=True)])
    assert office.open(secret).code == "PT-2201"
    assert office.open(secret, password="wrong").code == "PT-2202"
    document = office.open(secret, password="right")
    assert isinstance(document, Document)
    assert document.info.is_encrypted
    office.close()


def test_a_read_only_file_refuses_a_save(office, shop):
    document = office.open(shop, read_only=True)
    assert (document.is_read_only, document.read_only_reason) == (True, "asked")
    document.edits.set_cells([CellEdit("customers", 1, "age", 1, 50)])
    assert office.save(document).code == "PT-2302"


def test_the_end_of_the_worker_is_noticed_and_edits_stay(shop):
    office = Office(in_process=False)
    document = office.open(shop)
    view = office.rows(document, "customers")
    document.edits.set_cells([CellEdit("customers", 1, "age", 1, 50)])
    lost = []
    document.on_worker_lost.append(lost.append)
    office.workers[0].kill()
    office.wait(lambda: lost)
    assert document.edits.count == 1
    assert view.row(0).values[2] == 50
    office.close()


def test_the_worker_ends_with_the_window_and_leaves_one_file(shop):
    office = Office(in_process=False)
    document = office.open(shop)
    document.edits.set_cells([CellEdit("customers", 1, "age", 1, 50)])
    assert office.save(document) is None
    office.close()
    assert office.workers[0].returncode == 0
    assert [path.name for path in shop.parent.iterdir()] == ["shop.pytuck"]
