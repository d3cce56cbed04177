"""Foreign keys are followed beside the reading of pages, and every question can be given up."""

from __future__ import annotations

import importlib.util
import sqlite3
from contextlib import closing

import pytest

from pytuck import Column, Storage
from pytuck.formats.registry import FORMATS
from pytuck_desktop.workspace.pages import Page
from pytuck_desktop.workspace.record_relations import Finding, RecordRelations
from pytuck_desktop.workspace.relations import RowKey, readable_columns, references_of
from pytuck_desktop.workspace.row_search import search_row
from tests.desktop.office import Office
from tests.desktop.references import make_references

ENGINES = ("pytuck", "sqlite", "duckdb", *FORMATS)
GIVEN_UP = ("PT-2304", "PT-9002")


def ask(office, document, operation, arguments):
    """Ask, wait and return the answer or the error."""
    answers: list = []
    document.ask(operation, arguments, lambda _: None, answers.append, answers.append)
    office.wait(lambda: answers)
    return answers[0]


@pytest.mark.parametrize("engine", ENGINES)
def test_relations_are_found_on_every_engine(office, tmp_path, engine):
    packages = FORMATS[engine].packages if engine in FORMATS else ()
    for package in (*packages, *(["duckdb"] if engine == "duckdb" else [])):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"{package} is not installed")
    path = tmp_path / f"shop.{engine}"
    with Storage(path, engine=engine) as storage:
        storage.create_table(
            "makers", [Column(str, name="code", primary_key=True), Column(str, name="name")]
        )
        columns = [
            Column(int, name="id", primary_key=True),
            Column(str, name="maker", foreign_key="makers.code"),
        ]
        storage.create_table("cars", columns)
        storage.bulk_insert("makers", [{"code": "vw", "name": "Volks"}, {"code": "x"}])
        storage.bulk_insert("cars", [{"maker": "vw"} for _ in range(20)])
    document = office.open(path)
    cars = document.table("cars")
    (reference,) = references_of(document.tables, cars)
    assert (reference.target_name, reference.target_columns) == ("makers", ("code",))
    found: list[Page | None] = []
    for code in ("vw", "none"):
        key = RowKey("makers", ("code",), (code,))
        search_row(document, key, ("code", "name"), found.append, found.append)
    office.wait(lambda: len(found) == 2)
    assert found[0] is not None
    assert found[0].rows == (("vw", "Volks"),)
    assert found[1] is None
    key = RowKey("cars", ("maker",), ("vw",)).plain()
    answer = ask(
        office, document, "referring_rows",
        {**key, "shown": ["id", "maker"], "count": 6, "others": []},
    )  # fmt: skip
    assert [row[0] for row in answer["found"]["rows"]] == [1, 2, 3, 4, 5, 6]
    assert ask(office, document, "referring_count", key) == 20


@pytest.fixture
def slow_file(tmp_path):
    """A table that refers to another one without an index; looking through it takes a while."""
    path = tmp_path / "slow.sqlite"
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("CREATE TABLE parents (id INTEGER PRIMARY KEY)")
        file.execute("CREATE TABLE children (p INTEGER REFERENCES parents, filler TEXT)")
        file.execute("INSERT INTO parents VALUES (1)")
        file.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400000) "
            "INSERT INTO children SELECT NULL, 'filler ' || i FROM n"
        )
    return path


def test_questions_are_given_up_and_the_next_one_is_answered(slow_file):
    office = Office(in_process=False)
    try:
        document = office.open(slow_file)
        key = RowKey("children", ("p",), (1,)).plain()
        arguments = {**key, "shown": ["p"], "count": 6, "others": []}
        answers: list = []
        jobs = [
            document.ask(
                "referring_rows", arguments, lambda _: None, answers.append, answers.append
            )
            for _ in range(20)
        ]
        for job in jobs[:-1]:
            job.cancel()
        office.wait(lambda: len(answers) == 20)
        given_up = [one for one in answers if getattr(one, "code", "") in GIVEN_UP]
        assert len(given_up) >= 18  # the first may have been done before it was given up
        assert answers[-1]["found"]["rows"] == []
    finally:
        office.close()


def test_a_long_count_keeps_nothing_else_waiting(slow_file):
    office = Office(in_process=False)
    try:
        document = office.open(slow_file)
        order: list[str] = []
        key = RowKey("children", ("p",), (1,)).plain()
        for _ in range(30):
            document.ask(
                "referring_count",
                key,
                lambda _: None,
                lambda _: order.append("count"),
                order.append,
            )
        search_row(
            document, RowKey("parents", ("id",), (1,)), ("id",),
            lambda _: order.append("row"), order.append,
        )  # fmt: skip
        office.wait(lambda: "row" in order)
        assert order.count("count") < 30
    finally:
        office.close()


def test_a_relation_that_is_left_is_given_up(office, tmp_path):
    document = office.open(make_references(tmp_path / "people.sqlite"))
    rows = office.rows(document, "people")
    told: list = []
    relations = RecordRelations(document, lambda: told.append(1))
    for row in (6, 7, 8):
        relations.show(document.table("people"), rows.row(row))
        relations.fetch()
    office.wait(lambda: all(one.finding is not Finding.SEARCHING for one in relations.parents))
    assert relations.parents[0].rows[0].values["id"] == 10
    relations.close()
    count = len(told)
    relations.fetch_again()
    office.wait(lambda: not any(one.jobs for one in relations.children))
    assert len(told) == count


def test_the_columns_that_say_most_are_chosen(office, shop):
    document = office.open(shop)
    names = [column.name for column in readable_columns(document.table("customers"))]
    assert names == ["name", "age", "note"]
    assert [column.name for column in readable_columns(document.table("orders"))] == ["total"]
