"""Tables and answers to files, read back by other libraries."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
import xml.etree.ElementTree as ET
from datetime import datetime
from html.parser import HTMLParser

import msgpack
import openpyxl
import pytest

from pytuck import (
    CancelledError,
    Column,
    ConfigurationError,
    SerializationError,
    Storage,
    TableNotFoundError,
    func,
    select,
)
from pytuck.common.progress import CancelToken
from pytuck.tools import EXPORT_FORMATS, ExportOptions, ExportPlan

NASTY = 'a "b" | <c>\r\n\\ \0 é😀'


def exported(storage, path, **settings):
    report = ExportPlan(storage, path, **settings).run()
    return report, path


def csv_rows(path, delimiter=","):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter=delimiter))


def test_csv(shop, tmp_path):
    report, path = exported(shop, tmp_path / "a.csv", tables=["things"])
    with path.open(encoding="utf-8", newline="") as file:
        first, second, third = csv.DictReader(file)
    assert first["name"] == "'=1+1"
    assert (first["price"], first["is new"], first["since"]) == ("0.1", "true", "2026-01-02")
    assert (first["sold"], first["lasts"]) == ("2026-03-04 05:06:07.000089", "30:00:00.000001")
    assert (first["weight"], first["photo"], first["tags"]) == ("1.5", "AP8=", '[1,{"a":null}]')
    assert second["name"] == NASTY
    assert second["sold"] == "2026-01-01 00:00:00"
    assert (third["name"], third["price"]) == ("", "-5.0")
    assert (report.inserted, report.protected_cells) == (3, 1)


def test_formulas_are_made_harmless(tmp_path):
    texts = ["=1", "+1", "-1", "@a", "\t=1", "\r=1", " =1", "\n =1", "a=1", "", "'=1", "1"]
    with Storage() as storage:
        storage.create_table("t", [Column(str, name="=a"), Column(float, name="n")])
        storage.bulk_insert("t", [{"=a": text, "n": -1.5} for text in texts])
        for ending, delimiter in ((".csv", ","), (".tsv", "\t")):
            report, path = exported(storage, tmp_path / f"a{ending}")
            rows = csv_rows(path, delimiter)
            assert [row[0] for row in rows] == [
                "'=a",
                *(f"'{text}" for text in texts[:8]),
                *texts[8:],
            ]
            assert {row[1] for row in rows[1:]} == {"-1.5"}
            assert report.protected_cells == 9
        report, path = exported(storage, tmp_path / "a.xlsx")
        sheet = openpyxl.load_workbook(path).active
        assert [row[0] for row in sheet.values][1:4] == ["'=1", "'+1", "'-1"]
        assert report.protected_cells == 9
        plain = ExportOptions(protect_formulas=False)
        report, path = exported(storage, tmp_path / "b.csv", options=plain)
        assert [row[0] for row in csv_rows(path)][1:] == texts
        assert report.protected_cells == 0
        exported(storage, tmp_path / "b.xlsx", options=plain)
        sheet = openpyxl.load_workbook(tmp_path / "b.xlsx").active
        assert sheet["A2"].data_type == "s"


def test_csv_options(shop, tmp_path):
    options = ExportOptions(
        header=False, null_text="NULL", delimiter=";", encoding="utf-16", protect_formulas=False
    )
    _, path = exported(
        shop,
        tmp_path / "a.csv",
        tables=["things"],
        columns={"things": ["kind", "id"]},
        options=options,
    )
    assert path.read_text("utf-16").split() == ["old", "tree;1", "NULL;2", "fruit;3"]


def test_an_encoding_that_lacks_a_character(shop, tmp_path):
    with pytest.raises(SerializationError, match="latin-1"):
        exported(
            shop, tmp_path / "a.csv", tables=["things"], options=ExportOptions(encoding="latin-1")
        )
    assert not (tmp_path / "a.csv").exists()


def test_several_tables_make_a_folder_where_a_file_has_one(shop, tmp_path):
    _, path = exported(shop, tmp_path / "all", format="csv")
    assert sorted(item.name for item in path.iterdir()) == ["shops.csv", "things.csv"]


@pytest.mark.parametrize("indent", [None, 2])
def test_json(shop, tmp_path, indent):
    options = ExportOptions(indent=indent)
    _, path = exported(shop, tmp_path / "a.json", tables=["things"], options=options)
    first, second, third = json.loads(path.read_text("utf-8"))
    assert (first["is new"], first["tags"], first["price"]) == (True, [1, {"a": None}], 0.1)
    assert (second["name"], second["kind"], third["name"]) == (NASTY, None, "")
    _, path = exported(shop, tmp_path / "all.json", options=options)
    both = json.loads(path.read_text("utf-8"))
    assert {name: len(rows) for name, rows in both.items()} == {"shops": 1, "things": 3}


def test_json_lines(shop, tmp_path):
    _, path = exported(shop, tmp_path / "a.jsonl", tables=["things"])
    rows = [json.loads(line) for line in path.read_text("utf-8").split("\n")[:-1]]
    assert [row["id"] for row in rows] == [1, 2, 3]
    assert rows[1]["name"] == NASTY


def test_msgpack(shop, tmp_path):
    _, path = exported(shop, tmp_path / "a.msgpack")
    both = msgpack.unpackb(path.read_bytes())
    assert [row["id"] for row in both["things"]] == [1, 2, 3]
    assert both["things"][0]["photo"] == b"\x00\xff"


def test_infinities_are_words_in_json(tmp_path):
    with Storage() as storage:
        storage.create_table("t", [Column(float, name="a")])
        storage.insert("t", {"a": float("-inf")})
        _, path = exported(storage, tmp_path / "a.json")
    assert json.loads(path.read_text()) == [{"a": "-Infinity"}]


def test_xml(shop, tmp_path):
    _, path = exported(shop, tmp_path / "a.xml")
    tables = ET.parse(path).getroot()
    assert [table.get("name") for table in tables] == ["shops", "things"]
    first, second, _ = tables[1]
    assert first.find("is_new").text == "true"
    assert first.find("is_new").get("name") == "is new"
    assert second.find("name").get("encoding") == "base64"
    assert second.find("kind") is None


def test_excel(shop, tmp_path):
    _, path = exported(shop, tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["shops", "things"]
    header, first, second, third = book["things"].values
    row = dict(zip(header, first, strict=True))
    assert (row["name"], row["price"], row["is new"]) == ("'=1+1", 0.1, True)
    assert row["since"] == datetime(2026, 1, 2)
    assert row["sold"] == "2026-03-04 05:06:07.000089"
    assert second[header.index("sold")] == datetime(2026, 1, 1)
    assert third[header.index("price")] == -5


def test_numbers_and_dates_that_a_sheet_cannot_hold_are_text(tmp_path):
    with Storage() as storage:
        storage.create_table("t", [Column(int, name="a"), Column(datetime, name="b")])
        storage.insert("t", {"a": 2**53 + 1, "b": datetime(1800, 1, 1)})
        _, path = exported(storage, tmp_path / "a.xlsx")
    _, row = openpyxl.load_workbook(path).active.values
    assert row == (str(2**53 + 1), "1800-01-01 00:00:00")


def test_a_text_too_long_for_a_cell_is_refused(tmp_path):
    with Storage() as storage:
        storage.create_table("t", [Column(str, name="a")])
        storage.insert("t", {"a": "x" * 32_768})
        with pytest.raises(SerializationError, match=r"32,767"):
            exported(storage, tmp_path / "a.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_markdown(shop, tmp_path):
    _, path = exported(
        shop, tmp_path / "a.md", tables=["things"], columns={"things": ["id", "name"]}
    )
    lines = path.read_text("utf-8").split("\n")
    assert lines[:3] == ["| id | name |", "| ---: | --- |", "| 1 | =1+1 |"]
    assert lines[3] == '| 2 | a "b" \\| &lt;c&gt;<br>\\\\ \0 é😀 |'


class Cells(HTMLParser):
    def __init__(self):
        super().__init__()
        self.rows = []

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")

    def handle_data(self, data):
        if self.rows and self.rows[-1] and self.lasttag in {"td", "th"}:
            self.rows[-1][-1] += data.removesuffix("\n") if data == "\n" else data


def test_html(shop, tmp_path):
    _, path = exported(
        shop, tmp_path / "a.html", tables=["things"], columns={"things": ["id", "name"]}
    )
    parser = Cells()
    parser.feed(path.read_text("utf-8"))
    assert [row[0] for row in parser.rows] == ["id", "1", "2", "3"]
    assert parser.rows[1][1] == "=1+1"
    assert '"b" | <c>' in parser.rows[2][1]
    assert "<c>" not in path.read_text("utf-8")


def test_an_sql_script_makes_the_same_tables(shop, tmp_path):
    _, path = exported(shop, tmp_path / "a.sql")
    with sqlite3.connect(":memory:") as raw:
        raw.execute("PRAGMA foreign_keys = ON")
        raw.executescript(path.read_text("utf-8"))
        with sqlite3.connect(shop.file_path) as original:
            for table in ("shops", "things"):
                rows = f"SELECT * FROM {table} ORDER BY id"
                assert raw.execute(rows).fetchall() == original.execute(rows).fetchall()
            names = "SELECT name FROM sqlite_master WHERE name NOT LIKE '%pytuck%' ORDER BY name"
            assert raw.execute(names).fetchall() == original.execute(names).fetchall()
            counters = "SELECT * FROM sqlite_sequence"
            assert raw.execute(counters).fetchall() == original.execute(counters).fetchall()
        original.close()
    raw.close()


def test_values_at_the_edges_survive_an_sql_script(tmp_path):
    values = [-(2**63), 2**63 - 1, 0]
    with Storage() as storage:
        storage.create_table("a'b\"c", [Column(int, name="x"), Column(float, name="y")])
        floats = [float("inf"), float("-inf"), 5e-324]
        rows = [{"x": x, "y": y} for x, y in zip(values, floats, strict=True)]
        storage.bulk_insert("a'b\"c", rows)
        _, path = exported(storage, tmp_path / "a.sql")
    with sqlite3.connect(":memory:") as raw:
        raw.executescript(path.read_text("utf-8"))
        found = raw.execute('SELECT x, y FROM "a\'b""c"').fetchall()
    raw.close()
    assert found == list(zip(values, floats, strict=True))


def test_the_answer_to_a_question(shop, tmp_path):
    things = shop.tables["things"].c
    question = select(things.shop_id, func.count().label("n")).group_by(things.shop_id)
    plan = ExportPlan(shop, tmp_path / "a.csv", statement=question)
    assert plan.run().inserted == 2
    assert (tmp_path / "a.csv").read_text().split() == ["shop_id,n", ",2", "1,1"]
    again = ExportPlan.from_dict(json.loads(json.dumps(plan.to_dict())), shop)
    assert again.preview() == plan.preview() == (tmp_path / "a.csv").read_text()
    for name in ("json", "xlsx", "sql", "html", "md", "xml", "jsonl", "tsv", "msgpack"):
        assert ExportPlan(shop, tmp_path / f"b.{name}", statement=question).run().inserted == 2


@pytest.mark.parametrize("name", sorted(set(EXPORT_FORMATS) - {"parquet"}))
def test_every_format_has_a_preview(shop, tmp_path, name):
    text = ExportPlan(shop, tmp_path / "x", format=name, tables=["shops"]).preview(rows=1)
    assert "shops" in text or "corner" in text
    assert not (tmp_path / "x").exists()


def test_an_export_does_not_overwrite_unasked(shop, tmp_path):
    (tmp_path / "a.csv").write_text("mine")
    with pytest.raises(FileExistsError):
        exported(shop, tmp_path / "a.csv", tables=["shops"])
    assert (tmp_path / "a.csv").read_text() == "mine"
    exported(shop, tmp_path / "a.csv", tables=["shops"], overwrite=True)
    assert "corner" in (tmp_path / "a.csv").read_text()


def test_unknown_things_are_named(shop, tmp_path):
    with pytest.raises(ConfigurationError, match="does not say a format"):
        exported(shop, tmp_path / "a.xyz")
    with pytest.raises(ConfigurationError, match="cobol"):
        exported(shop, tmp_path / "a.csv", format="cobol")
    with pytest.raises(TableNotFoundError):
        exported(shop, tmp_path / "a.csv", tables=["chairs"])
    with pytest.raises(FileNotFoundError):
        exported(tmp_path / "nothing.pytuck", tmp_path / "a.csv")


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.sql"])
def test_cancelling_leaves_nothing(tmp_path, name):
    with Storage() as storage:
        storage.create_table("t", [Column(int, name="id", primary_key=True)])
        storage.bulk_insert("t", [{"id": number} for number in range(5000)])
        token = CancelToken()
        with pytest.raises(CancelledError):
            ExportPlan(storage, tmp_path / name).run(lambda progress: token.cancel(), token)
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_committed_is_seen_inside_its_transaction_only(shop, tmp_path):
    with shop.transaction():
        shop.insert("shops", {"name": "inside"})
        exported(shop, tmp_path / "a.csv", tables=["shops"])
    assert re.search("inside", (tmp_path / "a.csv").read_text())
