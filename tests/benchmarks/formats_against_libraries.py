"""Files of other formats against the libraries that everybody uses for them.

    python3 dev.py bench [--long]

100,000 rows of six columns, with `--long` 1,000,000. Time of the processor. The reference of the
import is the fastest of three ways into SQLite, each without any looking at types.
"""

from __future__ import annotations

import csv
import json
import shutil
import sys
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

import apsw
import diskcache
import duckdb
import msgpack
import orjson
import pydblite
import python_calamine
import tinydb
import xlsxwriter
from lxml import etree

from pytuck import Storage
from pytuck.tools import ConversionPlan, ImportPlan
from tests.benchmarks._measuring import Measured, Timing, Work, measure, print_table
from tests.benchmarks._options import read_options

NAMES = ("id", "name", "email", "age", "score", "day")
CREATE = "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, email TEXT, age INT, score REAL, day TEXT)"
INSERT = "INSERT INTO people VALUES (?,?,?,?,?,?)"
EXCEL_ROWS = 100_000
SLOW_ROWS = 100_000
"""As many for libraries that keep everything in memory, or need minutes for a million."""

Row = tuple[int, str, str, int, float, str]


def rows(count: int) -> Iterator[Row]:
    """Give the rows that every format gets."""
    first = date(2000, 1, 1)
    for i in range(1, count + 1):
        day = str(first + timedelta(days=i % 9000))
        yield (i, f"name {i}", f"user{i}@example.com", i % 90, (i % 1000) / 8, day)


def records(count: int) -> Iterator[dict[str, object]]:
    """Give the rows as objects."""
    return (dict(zip(NAMES, row, strict=True)) for row in rows(count))


# --- Into a new database ---


def csv_to_sqlite(source: Path, target: Path) -> None:
    """The standard reader and `executemany`; SQLite makes numbers of texts."""
    with source.open(newline="") as file:
        reader = csv.reader(file)
        next(reader)
        _fill(target, reader)


def csv_to_sqlite_converted(source: Path, target: Path) -> None:
    """The same, with numbers made in Python."""
    with source.open(newline="") as file:
        reader = csv.reader(file)
        next(reader)
        _fill(target, ((int(a), b, c, int(d), float(e), f) for a, b, c, d, e, f in reader))


def duckdb_to_sqlite(source: Path, target: Path) -> None:
    """DuckDB's reader and `executemany`."""
    with duckdb.connect() as connection:
        found = connection.execute(
            "SELECT * REPLACE (day::TEXT AS day) FROM read_csv(?)", [str(source)]
        )
        _fill(target, (row for rows in iter(lambda: found.fetchmany(10_000), []) for row in rows))


def _fill(target: Path, found: Iterator[object]) -> None:
    connection = apsw.Connection(str(target))
    connection.pragma("journal_mode", "wal")
    connection.pragma("synchronous", "off")
    connection.execute(CREATE)
    with connection:
        connection.executemany(INSERT, found)  # type: ignore[arg-type]
    connection.close()


# --- Writers of other libraries, fed from tuples ---


def write_csv(path: Path, count: int) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(NAMES)
        writer.writerows(rows(count))


def write_json(path: Path, count: int) -> None:
    path.write_bytes(orjson.dumps({"people": list(records(count))}))


def write_jsonl(path: Path, count: int) -> None:
    with path.open("wb") as file:
        file.writelines(orjson.dumps(record) + b"\n" for record in records(count))


def write_excel(path: Path, count: int) -> None:
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as workbook:
        sheet = workbook.add_worksheet("people")
        for number, row in enumerate([NAMES, *rows(count)]):
            sheet.write_row(number, 0, row)


def write_xml(path: Path, count: int) -> None:
    with etree.xmlfile(str(path), encoding="utf-8") as file, file.element("people"):
        for row in rows(count):
            record = etree.Element("row")
            for name, value in zip(NAMES, row, strict=True):
                etree.SubElement(record, name).text = str(value)
            file.write(record)


def write_tinydb(path: Path, count: int) -> None:
    with tinydb.TinyDB(path) as database:
        database.table("people").insert_multiple(records(count))


def write_diskcache(path: Path, count: int) -> None:
    with diskcache.Cache(str(path), disk=diskcache.JSONDisk) as cache, cache.transact():
        for row in rows(count):
            cache[f"people/{row[0]}"] = row


def write_pydblite(path: Path, count: int) -> None:
    base = pydblite.Base(str(path))
    base.create(*NAMES)
    for row in rows(count):
        base.insert(*row)
    base.commit()


def write_msgpack(path: Path, count: int) -> None:
    pack = msgpack.Packer().pack
    with path.open("wb") as file:
        file.writelines(map(pack, rows(count)))


def write_sqlite(path: Path, count: int) -> None:
    _fill(path, rows(count))


def write_duckdb(path: Path, count: int) -> None:
    with _duckdb_with_rows(path, count):
        pass


def write_parquet(path: Path, count: int) -> None:
    with _duckdb_with_rows(":memory:", count) as connection:
        connection.execute(f"COPY people TO '{path}' (FORMAT parquet)")


def _duckdb_with_rows(path: Path | str, count: int) -> duckdb.DuckDBPyConnection:
    """DuckDB takes tuples quickest as one list of columns a thousand times."""
    connection = duckdb.connect(str(path))
    connection.execute(CREATE)
    found = rows(count)
    while batch := list(islice(found, 10_000)):
        columns = [list(column) for column in zip(*batch, strict=True)]
        connection.execute(
            f"INSERT INTO people SELECT {', '.join('unnest(?)' for _ in columns)}", columns
        )
    return connection


WRITERS: dict[str, tuple[Callable[[Path, int], None], bool]] = {
    "sqlite": (write_sqlite, True),
    "duckdb": (write_duckdb, True),
    "csv": (write_csv, True),
    "json": (write_json, True),
    "jsonl": (write_jsonl, True),
    "xml": (write_xml, True),
    "excel": (write_excel, True),
    "msgpack": (write_msgpack, True),
    "parquet": (write_parquet, True),
    "tinydb": (write_tinydb, False),
    "diskcache": (write_diskcache, False),
    "pydblite": (write_pydblite, False),
}
"""The writer of each engine, and whether it takes as many rows as are asked for."""
SUFFIXES = {"excel": "xlsx", "csv": "zip", "pydblite": "pdl", "diskcache": "cache"}


# --- Works ---


class Files:
    """The files of a run, in one folder."""

    def __init__(self, folder: Path, count: int) -> None:
        self.folder = folder
        self.count = count
        self._number = 0
        write_csv(folder / "people.csv", count)

    def new(self, suffix: str) -> Path:
        """Return the path of a file that is not there."""
        self._number += 1
        return self.folder / f"new{self._number}.{suffix}"

    def stored(self, count: int) -> Path:
        """Return a `.pytuck` file of so many rows, made once."""
        path = self.folder / f"people{count}.pytuck"
        if not path.exists():
            source = self.folder / f"people{count}.csv"
            write_csv(source, count)
            shutil.copy(source, self.folder / "people.csv")
            ImportPlan(self.folder / "people.csv", path).run()
        return path

    def writing(self, write: Callable[[Path], object], suffix: str, count: int) -> Measured:
        """Return the measured writing of a new file, which is taken away afterwards."""

        def run() -> int:
            path = self.new(suffix)
            write(path)
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
            return count

        return run


def import_works(files: Files) -> list[Work]:
    """Return the import of a CSV file, against each way into SQLite."""
    source = files.folder / "people.csv"
    references = (csv_to_sqlite, csv_to_sqlite_converted, duckdb_to_sqlite)
    return [
        Work(
            f"CSV -> .pytuck, against {reference.__name__}",
            lambda: files.writing(
                lambda path: ImportPlan(source, path).run(), "pytuck", files.count
            ),
            lambda reference=reference: files.writing(  # type: ignore[misc]
                lambda path: reference(source, path), "db", files.count
            ),
            files.count,
            1.5,
        )
        for reference in references
    ]


def conversion_works(files: Files) -> list[Work]:
    """Return the conversion of a `.pytuck` file to each engine."""
    works = []
    for engine, (write, takes_all) in WRITERS.items():
        count = files.count if takes_all else min(files.count, SLOW_ROWS)
        source, suffix = files.stored(count), SUFFIXES.get(engine, engine)

        def convert(path: Path, engine: str = engine, source: Path = source) -> None:
            ConversionPlan(source, path, "pytuck", engine, verify=False).run()

        works.append(
            Work(
                f".pytuck -> {engine}, {count:,} rows",
                lambda convert=convert, suffix=suffix, count=count: files.writing(  # type: ignore[misc]
                    convert, suffix, count
                ),
                lambda write=write, suffix=suffix, count=count: files.writing(  # type: ignore[misc]
                    lambda path: write(path, count), suffix, count
                ),
                count,
                1.5,
            )
        )
    return works


def excel_works(files: Files) -> list[Work]:
    """Return the reading of a workbook."""
    path = files.folder / "people.xlsx"
    write_excel(path, EXCEL_ROWS)

    def ours() -> int:
        with Storage(path) as storage:
            return storage.count("people")

    def calamine() -> int:
        workbook = python_calamine.CalamineWorkbook.from_path(path)
        return len(workbook.get_sheet_by_index(0).to_python()) - 1

    return [Work("Excel, 100,000 rows read", lambda: ours, lambda: calamine, EXCEL_ROWS, 1.2)]


def json_works(files: Files) -> list[Work]:
    """Return the opening of JSON files: our own, and TinyDB's."""
    tiny, own = files.folder / "tiny.json", files.folder / "own.json"
    write_tinydb(tiny, SLOW_ROWS)
    ConversionPlan(files.stored(SLOW_ROWS), own, "pytuck", "json").run()

    def opening(path: Path) -> Measured:
        def run() -> int:
            with Storage(path) as storage:
                return storage.count("people")

        return run

    def tinydb_first_answer() -> int:
        with tinydb.TinyDB(tiny) as database:
            return SLOW_ROWS if database.table("people").count(tinydb.where("age") == 42) else 0

    def tinydb_all() -> int:
        with tinydb.TinyDB(tiny) as database:
            return len(database.table("people").all())

    return [
        Work(f"open {name}, against {reference.__name__}", run, lambda r=reference: r, SLOW_ROWS, 1)  # type: ignore[misc]
        for name, run in (
            ("our JSON of 100,000 rows", lambda: opening(own)),
            ("TinyDB's file of 100,000 rows", lambda: opening(tiny)),
        )
        for reference in (tinydb_first_answer, tinydb_all)
    ]


def print_memory(files: Files) -> None:
    """Print the highest use of memory by Python objects while converting, which is flat."""
    for engine in ("csv", "jsonl", "xml", "excel"):
        path = files.new(SUFFIXES.get(engine, engine))
        peaks = []
        for source, target in ((files.stored(files.count), path), (path, files.new("pytuck"))):
            tracemalloc.start()
            ConversionPlan(source, target).run()
            peaks.append(tracemalloc.get_traced_memory()[1] / 2**20)
            tracemalloc.stop()
        print(f"{engine}: at most {peaks[0]:.0f} MB while writing, {peaks[1]:.0f} MB while reading")


def main() -> None:
    """Measure and print."""
    options = read_options(__doc__)
    count = 1_000_000 if options.is_long else 100_000
    with tempfile.TemporaryDirectory() as folder:
        files = Files(Path(folder), count)
        works = [*import_works(files), *excel_works(files), *json_works(files)]
        works += conversion_works(files)
        timed: list[tuple[Work, Timing]] = []
        for work in works:
            print(json.dumps(work.name), file=sys.stderr)
            timed.append((work, measure(work, 1 if options.is_long else 3)))
        print_table(timed, "library")
        if not options.is_long:
            print_memory(files)


if __name__ == "__main__":
    main()
