"""Writing rows again only where they changed gives the file that writing all of them gives."""

from __future__ import annotations

import io
from array import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytuck.common.exceptions import PytuckException, SerializationError
from pytuck.common.progress import CancelToken, Work
from pytuck.formats.row_chunks import CHUNK_ROWS, ChunkMap, copy_bytes, write_rows
from pytuck.schema import Column, Table
from pytuck.types import TYPES
from tests.core.formats.table_rows import RowsInMemory

KEYED = Table("t", (Column("id", TYPES[int]), Column("x", TYPES[str])), ("id",), rowid_alias="id")
NUMBERED = Table("t", (Column("x", TYPES[str]),))

separators = st.sampled_from([b"", b"\n", b",\n"])


def texts(separator):
    return lambda rows: separator.join(repr(row[:-1]).encode() for row in rows)


def split(text, count):
    """Rows end where they are plainly no part of a text; of some chunks, nobody knows."""
    found = [row + b")" for row in text.split(b")")[:-1]]
    return found if len(found) == count and len(text) % 3 else None


def write(out, rows, separator, previous=None, work=None):
    how = {} if work is None else {"work": work}
    if separator == b"":
        how["split"] = split
    return write_rows(out, rows, texts(separator), previous=previous, separator=separator, **how)


def everything(rows, separator):
    out = io.BytesIO()
    write(out, RowsInMemory(rows.table, rows.rows), separator)
    return out.getvalue()


@settings(deadline=None)
@given(
    st.sets(st.integers(-900, 900), max_size=700),
    st.lists(
        st.lists(
            st.tuples(st.sampled_from(["put", "delete"]), st.integers(-1000, 1000)), max_size=12
        ),
        max_size=4,
    ),
    separators,
    st.binary(max_size=5),
)
def test_any_changes_of_keyed_rows(ids, rounds, separator, before):
    rows = {number: (number, f"row {number}") for number in ids}
    file = io.BytesIO()
    file.write(before)
    known = write(file, RowsInMemory(KEYED, list(rows.values())), separator)
    for round_, changes in enumerate(rounds):
        for action, number in changes:
            rows.pop(number, None)
            if action == "put":
                rows[number] = (number, f"{action} in {round_}")
        given_rows = RowsInMemory(
            KEYED, list(rows.values()), changed={number for _, number in changes}
        )
        out = io.BytesIO()
        out.write(before)
        known = write(out, given_rows, separator, (file, known))
        assert out.getvalue()[len(before) :] == everything(given_rows, separator)
        assert known.end == len(out.getvalue())
        file = out


@settings(deadline=None)
@given(st.integers(0, 400), st.lists(st.integers(0, 6), max_size=3), separators)
def test_rows_that_are_added_at_the_end(count, added, separator):
    rows = [(f"row {number}",) for number in range(count)]
    file = io.BytesIO()
    known = write(file, RowsInMemory(NUMBERED, rows), separator)
    for more in added:
        changed = set(range(len(rows) + 1, len(rows) + more + 1))
        rows = [*rows, *[("new",)] * more]
        given_rows = RowsInMemory(NUMBERED, rows, changed=changed)
        out = io.BytesIO()
        known = write(out, given_rows, separator, (file, known))
        assert out.getvalue() == everything(given_rows, separator)
        file = out


def test_only_chunks_with_changed_rows_are_formatted():
    rows = [(number, "x") for number in range(1, 50 * CHUNK_ROWS)]
    file = io.BytesIO()
    known = write(file, RowsInMemory(KEYED, rows), b"\n")
    formatted = []

    def encode(batch):
        formatted.extend(row[0] for row in batch)
        return texts(b"\n")(batch)

    changed = RowsInMemory(KEYED, rows, changed={5, 30 * CHUNK_ROWS})
    write_rows(io.BytesIO(), changed, encode, previous=(file, known), separator=b"\n")
    assert formatted == [
        *range(1, CHUNK_ROWS + 1),
        *range(29 * CHUNK_ROWS + 1, 30 * CHUNK_ROWS + 1),
    ]


def test_files_are_copied_like_other_streams(tmp_path):
    rows = [(number, "x" * 100) for number in range(1, 40_000)]
    with (tmp_path / "old").open("w+b") as old, (tmp_path / "new").open("w+b") as new:
        known = write(old, RowsInMemory(KEYED, rows), b"\n")
        old.flush()
        rows[20_000] = (20_001, "new")
        changed = RowsInMemory(KEYED, rows, changed={20_001})
        new.write(b"before")
        write(new, changed, b"\n", (old, known))
    assert (tmp_path / "new").read_bytes() == b"before" + everything(changed, b"\n")


def test_a_map_whose_row_ids_do_not_ascend_is_not_used():
    rows = RowsInMemory(KEYED, [(1, "a"), (2, "b")], changed=())
    known = ChunkMap()
    known.add(0, 5, 2, 2)
    known.add(5, 9, 1, 1)
    assert not known.is_ascending
    out = io.BytesIO()
    write(out, rows, b"\n", (io.BytesIO(b"something else"), known))
    assert out.getvalue() == everything(rows, b"\n")


def test_a_map_can_be_moved():
    known = ChunkMap()
    known.add(3, 8, 1, 4)
    moved = known.moved(10)
    assert (moved.starts, moved.last_ids, moved.first_id, moved.end) == (
        array("q", [13]),
        array("q", [4]),
        1,
        18,
    )


def test_a_file_that_became_shorter_is_an_error(tmp_path):
    path = tmp_path / "old"
    path.write_bytes(b"12345")
    with path.open("rb") as source, pytest.raises(SerializationError, match="became shorter"):
        copy_bytes(source, 2, 9, io.BytesIO())
    path.write_bytes(b"x" * (2 << 20))
    with (
        path.open("rb") as source,
        (tmp_path / "new").open("wb") as out,
        pytest.raises(SerializationError, match="became shorter"),
    ):
        copy_bytes(source, 0, 3 << 20, out)


def test_writing_can_be_stopped():
    token = CancelToken()
    token.cancel()
    rows = RowsInMemory(KEYED, [(number, "") for number in range(20 * CHUNK_ROWS)])
    with pytest.raises(PytuckException, match="cancelled"):
        write(io.BytesIO(), rows, b"\n", work=Work(cancel=token))
