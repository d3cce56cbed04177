"""Parquet files and folders of them: nothing lost, nothing else reached."""

from __future__ import annotations

from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytuck.common.exceptions import (
    CorruptFileError,
    FileFormatError,
    FileMissingError,
    NotAFileError,
    PytuckException,
    SerializationError,
)
from pytuck.formats.base import Overrides
from pytuck.formats.parquet_format import FORMAT
from pytuck.schema import Column, Table
from pytuck.types import TYPES, DecimalType
from tests.core.formats.every_type import (
    EMPTY,
    SMALL,
    assert_same,
    expected,
    fitting_cells,
    read_all,
    rows_of_child,
    rows_of_everything,
)
from tests.core.formats.table_rows import RowsInMemory


@settings(max_examples=30, deadline=None)
@given(rows_of_everything() | rows_of_everything(fitting_cells))
def test_every_value_comes_back_as_it_was(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("parquet") / "x"
    tables = [rows, rows_of_child(), RowsInMemory(EMPTY)]
    FORMAT.save(path, tables)
    assert_same(read_all(FORMAT, path)[0], expected(tables))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.none() | st.decimals(-99_999, 99_999, places=2) | st.just(Decimal("-0.00"))))
def test_decimals_of_a_declared_size_are_decimals(tmp_path_factory, numbers):
    path = tmp_path_factory.mktemp("parquet") / "x.parquet"
    type_ = DecimalType(7, 2)
    table = Table("t", (Column("n", type_),))
    rows = [(type_.to_storage(number),) for number in numbers]
    FORMAT.save(path, [RowsInMemory(table, rows)])
    assert read_all(FORMAT, path)[0]["t"][1] == rows
    (declared,) = duckdb.sql(f"SELECT * FROM '{path}'").types
    assert str(declared) == "DECIMAL(7,2)"


def test_one_table_is_a_file_that_others_can_read(tmp_path):
    path = tmp_path / "it's [1].parquet"
    table = Table(
        "t",
        (
            Column("i", TYPES[int]),
            *(Column(f"a {kind.__name__}", TYPES[kind]) for kind in TYPES),
        ),
    )
    row = (1, 2, 0.5, "x", 1, b"\0", "2020-01-02 03:04:05.000006", "2020-01-02", "03:04:05", 7)
    row = (*row, "[1]", "{}", "1.5", "01234567-89ab-cdef-0123-456789abcdef")
    FORMAT.save(path, [RowsInMemory(table, [row])])
    assert path.is_file()
    assert read_all(FORMAT, path)[0]["t"][1] == [row]
    answer = duckdb.connect().execute(
        "SELECT * FROM read_parquet(?)", [str(path).replace("[", "[[]")]
    )
    kinds = [str(column[1]) for column in answer.description]
    assert kinds[:6] == ["BIGINT", "BIGINT", "DOUBLE", "VARCHAR", "BOOLEAN", "BLOB"]
    assert kinds[6:10] == ["TIMESTAMP", "DATE", "TIME", "BIGINT"]


def test_many_rows_keep_their_order(tmp_path):
    path = tmp_path / "x.parquet"
    table = Table("t", (Column("n", TYPES[int]), Column("s", TYPES[str])))
    rows = [(None if n % 7 else n, f"row {n}" if n > 20_000 else None) for n in range(30_000)]
    FORMAT.save(path, [RowsInMemory(table, rows)])
    assert read_all(FORMAT, path)[0]["t"][1] == rows


def test_a_late_value_that_does_not_fit_is_kept(tmp_path):
    path = tmp_path / "x.parquet"
    table = Table("t", (Column("n", TYPES[int]),))
    rows = [*((n,) for n in range(10_000)), ("abc",), (1.0,), (b"\xff",)]
    FORMAT.save(path, [RowsInMemory(table, rows)])
    found = read_all(FORMAT, path)[0]["t"][1]
    assert [(type(value), value) for (value,) in found] == [(type(v), v) for (v,) in rows]


def test_a_second_table_makes_a_folder_of_a_file(tmp_path):
    path = tmp_path / "x.parquet"
    layout = FORMAT.save(path, [SMALL])
    assert path.is_file()
    FORMAT.save(path, [SMALL, rows_of_child()], layout=layout)
    assert sorted(file.name for file in path.iterdir()) == [
        "CHILD.parquet",
        "_pytuck.json",
        "small.parquet",
    ]
    assert_same(read_all(FORMAT, path)[0], expected([SMALL, rows_of_child()]))
    assert [item.name for item in tmp_path.iterdir()] == ["x.parquet"]


def test_only_the_files_of_changed_tables_are_written(tmp_path):
    path = tmp_path / "x"
    FORMAT.save(path, [SMALL, rows_of_child()])
    _, layout = read_all(FORMAT, path)
    before = {file.name: file.stat().st_ino for file in path.iterdir()}
    changed = RowsInMemory(SMALL.table, [(9, "nine")], changed={1, 2, 3, 4, 5, 9})
    child = rows_of_child()
    child.changed = ()
    FORMAT.save(path, [changed, child], layout=layout)
    after = {file.name: file.stat().st_ino for file in path.iterdir()}
    assert before["CHILD.parquet"] == after["CHILD.parquet"]
    assert before["small.parquet"] != after["small.parquet"]
    assert_same(read_all(FORMAT, path)[0], expected([changed, child]))


def test_a_save_that_fails_changes_nothing(tmp_path):
    class Failing(RowsInMemory):
        def batches(self, size=1024, first=None, last=None):
            yield from super().batches(size, first, last)
            raise OSError("no")

    failing = Failing(SMALL.table, [(1, "x")])
    for path in (tmp_path / "x", tmp_path / "x.parquet"):
        FORMAT.save(path, [SMALL])
        with pytest.raises(OSError, match="no"):
            FORMAT.save(path, [failing])
        assert_same(read_all(FORMAT, path)[0], expected([SMALL]))
    with pytest.raises(OSError, match="no"):
        FORMAT.save(tmp_path / "x.parquet", [SMALL, failing])
    assert_same(read_all(FORMAT, tmp_path / "x.parquet")[0], expected([SMALL]))
    assert sorted(item.name for item in tmp_path.iterdir()) == ["x", "x.parquet"]
    assert len(list((tmp_path / "x").iterdir())) == 2


def test_a_table_without_columns_is_refused(tmp_path):
    with pytest.raises(SerializationError, match="no columns"):
        FORMAT.save(tmp_path / "x.parquet", [RowsInMemory(Table("t", ()))])
    assert not (tmp_path / "x.parquet").exists()


# --- Files of others ----------------------------------------------------------------------------

FOREIGN = """
SELECT 1::UTINYINT AS small, 18446744073709551615::UBIGINT AS big, 1.5::FLOAT AS f, 'x' AS s,
  TIMESTAMPTZ '2020-01-02 03:04:05+02' AS tz, TIMESTAMP '2020-01-02 03:04:05' AS ts,
  TIMESTAMP_NS '2020-01-02 03:04:05.123456789' AS ns, 12.50::DECIMAL(6,2) AS d,
  [1, NULL] AS l, {'a': 1, 'b': {'c': 'x'}} AS st, MAP {'k': 1} AS m, MAP {1: 'x'} AS im,
  'nan'::DOUBLE AS nan, '{"a": [1]}'::JSON AS js, uuid_nil AS u, DATE '2020-01-02' AS day,
  TIME '03:04:05' AS clock, true AS b, NULL::INTEGER AS nothing, 'é' AS "It's"
FROM (SELECT '00000000-0000-0000-0000-000000000000'::UUID AS uuid_nil)
"""


def _foreign(path):
    with duckdb.connect() as raw:
        raw.execute(f"COPY ({FOREIGN}) TO '{path}' (FORMAT parquet)")


def test_types_of_a_foreign_file_are_mapped(tmp_path):
    path = tmp_path / "people.parquet"
    _foreign(path)
    with FORMAT.read(path) as reading:
        stream = next(iter(reading))
        assert stream.is_inferred
        assert any("nanoseconds" in note for note in stream.notes)
        assert any("'nan'" in note for note in stream.notes)
        types = {column.name: column.type.sql_name for column in stream.table.columns}
        ((row,),) = list(stream.batches)
    values = dict(zip(types, row, strict=True))
    assert types["d"] == "DECIMAL_TEXT(6,2)"
    assert types["tz"] == "DATETIME"
    assert values == {
        "small": 1,
        "big": "18446744073709551615",
        "f": 1.5,
        "s": "x",
        "tz": "2020-01-02 01:04:05.000000+00:00",
        "ts": "2020-01-02 03:04:05.000000",
        "ns": "2020-01-02 03:04:05.123456",
        "d": "12.50",
        "l": "[1,null]",
        "st": '{"a":1,"b":{"c":"x"}}',
        "m": '{"k":1}',
        "im": '[[1,"x"]]',
        "nan": None,
        "js": '{"a":[1]}',
        "u": "00000000-0000-0000-0000-000000000000",
        "day": "2020-01-02",
        "clock": "03:04:05",
        "b": 1,
        "nothing": None,
        "It's": "é",
    }


def test_types_can_be_chosen(tmp_path):
    path = tmp_path / "t.parquet"
    _foreign(path)
    chosen = Overrides({"t": {"small": str, "day": str}})
    table, rows, _ = read_all(FORMAT, path, overrides=chosen)[0]["t"]
    assert (rows[0][0], rows[0][15]) == ("1", "2020-01-02")
    assert table.column("small").type == TYPES[str]
    with pytest.raises(SerializationError, match=r"t\.parquet.*'s'"):
        read_all(FORMAT, path, overrides=Overrides({"t": {"s": int}}))


def test_a_folder_of_foreign_files_is_a_database(tmp_path):
    _foreign(tmp_path / "b.parquet")
    _foreign(tmp_path / "a.pq")
    assert list(read_all(FORMAT, tmp_path)[0]) == ["a", "b"]


# --- Bad files ----------------------------------------------------------------------------------


def test_a_cut_file_is_noticed_wherever_it_is_cut(tmp_path):
    path = tmp_path / "x.parquet"
    FORMAT.save(path, [SMALL])
    whole = path.read_bytes()
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        with pytest.raises(FileFormatError, match=r"x\.parquet"):
            read_all(FORMAT, path)


def test_wrong_bytes_end_in_an_error_or_in_data(tmp_path):
    path = tmp_path / "x.parquet"
    FORMAT.save(path, [SMALL])
    whole = path.read_bytes()
    for place in range(0, len(whole), 23):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            read_all(FORMAT, path)
        except PytuckException as err:
            assert "x.parquet" in err.message  # noqa: PT017 - many bytes are a text's


def test_a_description_of_other_columns_is_noticed(tmp_path):
    path = tmp_path / "x.parquet"
    with duckdb.connect() as raw:
        raw.execute(
            f"COPY (SELECT 1 AS a) TO '{path}' (FORMAT parquet, KV_METADATA {{pytuck: "
            '\'{"version": 1, "name": "t", "schema": {"columns": [], "primary_key": []}, '
            '"kinds": [], "rows": 1, "next_key": null}\'})'
        )
    with pytest.raises(CorruptFileError, match="columns"):
        read_all(FORMAT, path)


def test_a_missing_file_of_a_folder_is_noticed(tmp_path):
    FORMAT.save(tmp_path / "x", [SMALL])
    (tmp_path / "x" / "small.parquet").unlink()
    with pytest.raises(FileMissingError, match="small"):
        read_all(FORMAT, tmp_path / "x")


def test_links_out_of_a_folder_are_not_followed(tmp_path):
    FORMAT.save(tmp_path / "x", [SMALL])
    file = tmp_path / "x" / "small.parquet"
    file.rename(tmp_path / "other.parquet")
    file.symlink_to(tmp_path / "other.parquet")
    with pytest.raises(NotAFileError):
        read_all(FORMAT, tmp_path / "x")
