"""XML files: our own layout, that of the old library, and whatever others write."""

from __future__ import annotations

import re
import shutil
import xml.etree.ElementTree as ET
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytuck.common.exceptions import (
    CancelledError,
    ConfigurationError,
    CorruptFileError,
    EmptyFileError,
    FileFormatError,
    FileMissingError,
    NewerFormatError,
    NotAFileError,
    PytuckException,
    SerializationError,
    TruncatedFileError,
    UnsupportedOperationError,
)
from pytuck.common.options import XmlBackendOptions
from pytuck.common.progress import CancelToken, Work
from pytuck.formats.base import Overrides
from pytuck.formats.xml_format import XmlFormat
from pytuck.schema import Column, Table
from pytuck.types import JSON, RAW, TYPES
from tests.core.formats.document_tables import (
    KEYED,
    OTHER,
    agree,
    contents,
    keyed_rows,
    same,
    several,
)
from tests.core.formats.every_type import rows_of_everything
from tests.core.formats.table_rows import RowsInMemory

OLD = Path(__file__).parents[2] / "data" / "old_library"
FORMAT = XmlFormat()
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "latin-1", "ascii", "gb18030", "cp1252", "shift_jis"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("xml")


def rows_of(path, **how):
    """Return the rows of each table, by name."""
    with FORMAT.read(path, **how) as reading:
        return {
            stream.table.name: [tuple(row) for batch in stream.batches for row in batch]
            for stream in reading
        }


def tables_of(path, **how):
    found = {}
    with FORMAT.read(path, **how) as reading:
        for stream in reading:
            found[stream.table.name] = stream
            for _ in stream.batches:
                pass
    return found


def types_of(path, table, **how):
    return {column.name: column.type for column in tables_of(path, **how)[table].table.columns}


def written(tmp_path, text):
    path = tmp_path / "people.xml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def saved(tmp_path, count=3, **options):
    path = tmp_path / "own.xml"
    FORMAT.save(path, [RowsInMemory(KEYED, keyed_rows(count))], XmlBackendOptions(**options))
    return path


# --- Our own files ------------------------------------------------------------------------


@given(several(), st.booleans(), st.sampled_from(ENCODINGS))
def test_tables_come_back_as_they_were(folder, tables, is_pretty, encoding):
    path = folder / "own.xml"
    FORMAT.save(path, tables, XmlBackendOptions(pretty_print=is_pretty, encoding=encoding))
    found, _ = contents(FORMAT, path)
    assert agree(found, tables)


@given(several())
def test_files_are_valid_to_another_parser(folder, tables):
    path = folder / "valid.xml"
    FORMAT.save(path, tables)
    root = ET.parse(path).getroot()
    assert [len(table.find("records")) for table in root] == [len(rows.rows) for rows in tables]


@given(rows_of_everything())
def test_values_of_any_kind_in_any_column_come_back(folder, rows):
    path = folder / "any.xml"
    FORMAT.save(path, [rows])
    found, _ = contents(FORMAT, path)
    assert same(found[0][2], [row[:-1] for batch in rows.batches() for row in batch])


def test_values_that_do_not_fit_their_column_come_back(tmp_path):
    table = Table(
        "t",
        tuple(Column(f"c{number}", type_) for number, type_ in enumerate([*TYPES.values(), RAW])),
    )
    path = tmp_path / "t.xml"
    values = ["abc", b"\0", float("inf"), -0.5, None, '{"a": 1}', "\0", "", b"", "\r\n\t <&>]]>"]
    rows = [(value,) * len(table.columns) for value in values]
    FORMAT.save(path, [RowsInMemory(table, rows)])
    assert same(contents(FORMAT, path)[0], [(table, None, rows)])


def test_a_record_is_one_line_that_a_person_can_read(tmp_path):
    table = Table("t", (Column("id", TYPES[int]), Column("a b", TYPES[str]), Column("c", JSON)))
    path = tmp_path / "t.xml"
    FORMAT.save(path, [RowsInMemory(table, [(1, "x < y\nz", '["ü"]'), (None, "", None)])])
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    first = '<field name="id">1</field><field name="a b">x &lt; y&#10;z</field>'
    assert lines[5] == f'<record>{first}<field name="c">["ü"]</field></record>'
    assert lines[6] == '<record><field name="a b"></field></record>'


def test_a_file_laid_out_anew_by_another_program_is_read(tmp_path):
    path = saved(tmp_path)
    tree = ET.parse(path)
    ET.indent(tree, "\t")
    tree.write(path, encoding="utf-8")
    assert rows_of(path) == {"t": keyed_rows(3)}


def test_comments_and_instructions_do_not_cut_a_value(tmp_path):
    path = saved(tmp_path)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(">row 1", "><!-- a -->row<?b c?> <![CDATA[1]]>"), encoding="utf-8")
    assert rows_of(path) == {"t": keyed_rows(3)}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (">2</field>", ">two</field>", "line 7.*row 2.*'two'.*'id'"),
        (">2</field>", f">{2**63}</field>", "line 7.*row 2"),
        ('name="text">row 2', 'name="other">row 2', "line 7.*row 2.*no name of a column"),
        ('name="text">row 2', 'name="id">row 2', "line 7.*row 2.*twice"),
        ('name="text">row 2', 'name="text" type="x">row 2', "line 7.*row 2"),
        ('name="text">row 2', 'name="text" encoding="x">row 2', "line 7.*row 2"),
        ('count="3"', 'count="4"', "line 9.*3 records.*says that it has 4"),
        ("<record>", "<row>", "line 6.*<row>"),
        ("<records", "text<records", "line 5.*'text'"),
        ("<schema>{", "<schema>", "line 4.*description"),
        ('<table name="t">', "<table>", "line 3.*name"),
        ("row 2&#10;", "row 2&nbsp;", "line 7.*undefined entity"),
        ("row 2&#10;", "row 2\1", "line 7.*invalid token"),
    ],
)
def test_damage_is_named_with_its_place(tmp_path, old, new, message):
    path = saved(tmp_path)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(CorruptFileError, match=rf"(?s)own\.xml', {message}"):
        contents(FORMAT, path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
def test_a_file_cut_off_anywhere_is_refused(tmp_path, encoding):
    tables = [RowsInMemory(KEYED, keyed_rows(2)), RowsInMemory(OTHER, keyed_rows(1), 5)]
    path = tmp_path / "own.xml"
    FORMAT.save(path, tables, XmlBackendOptions(encoding=encoding))
    whole = path.read_bytes()
    cut = tmp_path / "cut.xml"
    for length in range(len(whole)):
        cut.write_bytes(whole[:length])
        if length < len(whole.decode(encoding).rstrip().encode(encoding)):
            with pytest.raises(PytuckException, match=re.escape(str(cut))):
                contents(FORMAT, cut)
        elif encoding != "utf-16" or not length % 2:
            assert agree(contents(FORMAT, cut)[0], tables)


def test_a_newer_layout_is_refused(tmp_path):
    path = saved(tmp_path)
    path.write_text(
        path.read_text(encoding="utf-8").replace('format_version="3"', 'format_version="4"'),
        encoding="utf-8",
    )
    with pytest.raises(NewerFormatError, match="newer version"):
        contents(FORMAT, path)


def test_half_a_character_is_refused_before_anything_is_written(tmp_path):
    path = tmp_path / "t.xml"
    with pytest.raises(SerializationError, match="'text' of table 't'"):
        FORMAT.save(path, [RowsInMemory(KEYED, [(1, "\ud800", None)])])
    assert list(tmp_path.iterdir()) == []


def test_an_encoding_that_xml_cannot_have_is_refused(tmp_path):
    for encoding in ["none", "rot13", "cp037", "utf-7-bogus"]:
        with pytest.raises(ConfigurationError, match="encoding"):
            saved(tmp_path, encoding=encoding)


@pytest.mark.parametrize("count", [0, 1, 127, 128, 129, 5000])
def test_any_number_of_rows_comes_back(tmp_path, count):
    assert rows_of(saved(tmp_path, count)) == {"t": keyed_rows(count)}


def test_tables_left_in_the_middle_are_passed_over(tmp_path):
    path = tmp_path / "own.xml"
    FORMAT.save(path, [RowsInMemory(KEYED, keyed_rows(5000)), RowsInMemory(OTHER, keyed_rows(2))])
    with FORMAT.read(path) as reading:
        next(next(reading.streams).batches)
        assert [row for batch in next(reading.streams).batches for row in batch] == keyed_rows(2)


def test_work_is_told_of_and_can_be_stopped(tmp_path):
    path = saved(tmp_path, 5000)
    steps = []
    rows_of(path, work=Work(progress=steps.append))
    assert steps[-1].done == steps[-1].total == 5000
    token = CancelToken()
    token.cancel()
    for how in (
        lambda: rows_of(path, work=Work(cancel=token)),
        lambda: FORMAT.save(path, [RowsInMemory(KEYED, keyed_rows(5000))], work=Work(cancel=token)),
    ):
        with pytest.raises(CancelledError):
            how()


# --- Saving what changed ------------------------------------------------------------------


@settings(max_examples=40)
@given(st.data(), st.booleans(), st.booleans())
def test_saving_what_changed_gives_the_file_that_saving_all_gives(folder, data, is_pretty, reread):
    path, whole = folder / "part.xml", folder / "whole.xml"
    options = XmlBackendOptions(pretty_print=is_pretty)
    rows = {row[0]: row for row in keyed_rows(data.draw(st.integers(0, 700)))}
    odd = data.draw(st.sets(st.integers(1, 700), max_size=3))
    rows |= {key: (key, "\0", "no list") for key in odd}
    other = RowsInMemory(OTHER, keyed_rows(300))
    layout = FORMAT.save(path, [RowsInMemory(KEYED, list(rows.values())), other], options)
    for _ in range(2):
        if reread:
            layout = contents(FORMAT, path)[1]
        changed = data.draw(st.sets(st.integers(1, 800), max_size=5))
        deleted = data.draw(st.sets(st.integers(1, 700), max_size=5))
        for key in changed:
            rows[key] = (key, f"changed {len(rows)}", None)
        for key in deleted:
            rows.pop(key, None)
        now = RowsInMemory(KEYED, list(rows.values()), changed=changed | deleted)
        same_other = RowsInMemory(OTHER, other.rows, changed=())
        layout = FORMAT.save(path, [now, same_other], options, layout=layout)
        FORMAT.save(whole, [now, other], options)
        assert path.read_bytes() == whole.read_bytes()


def test_unchanged_rows_are_copied_as_they_stand(tmp_path):
    path = saved(tmp_path, 1000)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("row 900&#10;", "row 900&#xA;"), encoding="utf-8")
    _, layout = contents(FORMAT, path)
    rows = RowsInMemory(KEYED, [(1, "new", None), *keyed_rows(999, 2)], changed={1})
    FORMAT.save(path, [rows], layout=layout)
    assert "row 900&#xA;" in path.read_text(encoding="utf-8")
    assert rows_of(path) == {"t": rows.rows}


def test_a_table_with_another_structure_is_written_whole(tmp_path):
    path = saved(tmp_path, 300)
    _, layout = contents(FORMAT, path)
    table = Table("t", KEYED.columns[:2], primary_key=("id",), rowid_alias="id")
    rows = RowsInMemory(table, [row[:2] for row in keyed_rows(300)], changed=())
    FORMAT.save(path, [rows], layout=layout)
    assert contents(FORMAT, path)[0] == [(table, None, rows.rows)]


def test_rows_in_another_order_are_written_whole(tmp_path):
    path = saved(tmp_path)
    lines = path.read_text(encoding="utf-8").split("\n")
    lines[5], lines[6] = lines[6], lines[5]
    path.write_text("\n".join(lines), encoding="utf-8")
    _, layout = contents(FORMAT, path)
    FORMAT.save(path, [RowsInMemory(KEYED, keyed_rows(3), changed={3})], layout=layout)
    assert rows_of(path) == {"t": keyed_rows(3)}


# --- Hostile files ------------------------------------------------------------------------

LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>\n<lolz><x>&c;</x></lolz>'
)


@pytest.mark.parametrize(
    "text",
    [
        LAUGHS,
        '<?xml version="1.0"?>\n<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd"><a><b>1</b></a>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a><b>&x;</b></a>',
        '<!DOCTYPE a [<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]><a><b>1</b></a>',
        '<!DOCTYPE database>\n<database format="pytuck-xml" format_version="3"/>',
    ],
)
def test_a_document_type_is_refused(tmp_path, text):
    with pytest.raises(FileFormatError, match=r"people\.xml', line \d: .*<!DOCTYPE"):
        rows_of(written(tmp_path, text))


def test_inclusions_are_only_elements(tmp_path):
    text = (
        '<a xmlns:xi="http://www.w3.org/2001/XInclude"><b><xi:include href="file:///etc/passwd" '
        'parse="text"/></b><b/></a>'
    )
    assert "root:" not in repr(rows_of(written(tmp_path, text)))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<a>\n" * 300 + "</a>" * 300, "200 levels"),
        ("<l>" + "<r>" + "<a>" * 300 + "</a>" * 300 + "</r></l>", "200 levels"),
        ('<a>\n<b x="' + "y" * 9_000_000 + '"/></a>', "8 MiB"),
        ("<a><!--" + "y" * 9_000_000 + "--></a>", "8 MiB"),
        ("<a>" + "".join(f"<x{n}/>" for n in range(50_001)) + "</a>", "kinds of elements"),
    ],
    ids=["deep", "deep record", "attribute", "comment", "names"],
)
def test_what_is_too_much_is_refused(tmp_path, text, message):
    with pytest.raises(FileFormatError, match=rf"(?s)people\.xml', line .*{message}"):
        rows_of(written(tmp_path, text))


@pytest.mark.parametrize("text", ["", " \n", "\ufeff"])
def test_an_empty_file_is_named(tmp_path, text):
    with pytest.raises((EmptyFileError, TruncatedFileError), match=r"people\.xml"):
        rows_of(written(tmp_path, text))


@pytest.mark.parametrize(
    "text", ["hello", "<a>", "<a><b></a>", "<a/><b/>", "\0\0", "{}", "<a b=1/>"]
)
def test_what_is_no_xml_is_refused(tmp_path, text):
    with pytest.raises(FileFormatError, match=r"people\.xml', line 1"):
        rows_of(written(tmp_path, text))


def test_what_is_no_file_is_refused(tmp_path):
    with pytest.raises(FileMissingError):
        rows_of(tmp_path / "none.xml")
    with pytest.raises(NotAFileError):
        rows_of(tmp_path)


@settings(max_examples=150)
@given(st.data())
def test_a_file_with_other_bytes_is_read_or_refused(folder, data):
    path = folder / "bytes.xml"
    FORMAT.save(path, [RowsInMemory(KEYED, keyed_rows(2))])
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    path.write_bytes(content)
    message = str(path)
    try:
        contents(FORMAT, path)
    except PytuckException as err:
        message = str(err)
    assert str(path) in message


# --- Encodings ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-16", "utf-16-le", "latin-1", "gb18030", "utf-32", "cp1252"]
)
def test_a_declared_encoding_is_obeyed(tmp_path, encoding):
    declared = "utf-16" if encoding == "utf-16-le" else encoding
    text = f'<?xml version="1.0" encoding="{declared}"?>\n<l><r a="é"/><r a="ü"/></l>'
    path = written(tmp_path, text.encode(encoding))
    assert rows_of(path) == {"r": [("é",), ("ü",)]}


@pytest.mark.parametrize(
    ("declared", "encoding", "line"),
    [
        ("utf-8", "latin-1", 3),
        ("ascii", "utf-8", 3),
        ("utf-8", "utf-16", 1),
        ("utf-16", "utf-8", 1),
        ("gb18030", "latin-1", 3),
        ("unheard-of", "utf-8", 1),
        ("rot13", "utf-8", 1),
    ],
)
def test_another_encoding_than_the_declared_one_is_an_error(tmp_path, declared, encoding, line):
    text = f'<?xml version="1.0" encoding="{declared}"?>\n<l>\n<r a="é"/><r a="ü"/></l>'
    with pytest.raises(CorruptFileError, match=rf"people\.xml', line {line}:"):
        rows_of(written(tmp_path, text.encode(encoding)))


# --- Files of others ----------------------------------------------------------------------


def test_elements_that_repeat_are_rows(tmp_path):
    path = written(
        tmp_path,
        """<?xml version="1.0"?>
<people>
  <person id="1"><name>Ann</name><born>2001-02-03</born><zip>007</zip><on>true</on></person>
  <person id="2"><name> B&amp;b </name><zip>1</zip><on>false</on><x>1.5</x></person>
</people>""",
    )
    assert rows_of(path) == {
        "person": [
            (1, "Ann", "2001-02-03", "007", 1, None),
            (2, " B&b ", None, "1", 0, 1.5),
        ]
    }
    assert types_of(path, "person") == {
        "id": TYPES[int],
        "name": TYPES[str],
        "born": TYPES[date],
        "zip": TYPES[str],
        "on": TYPES[bool],
        "x": TYPES[float],
    }
    assert tables_of(path)["person"].is_inferred


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<l><r>1</r><r>2</r></l>", {"r": [(1,), (2,)]}),
        ("<l><r a='1'>x</r><r a='2'/></l>", {"r": [(1, "x"), (2, "")]}),
        ("<l><r a='1'><a>x</a></r></l>", {"r": [(1, "x")]}),
        ("<l><r><a/></r><r/><r><a>x</a></r></l>", {"r": [("",), (None,), ("x",)]}),
        ("<l><a>1</a><b>x</b><a>2</a><b>y</b></l>", {"a": [(1,), (2,)], "b": [("x",), ("y",)]}),
        (
            "<d><as><a x='1'/><a x='2'/></as><bs><b><y>z</y></b></bs></d>",
            {"a": [(1,), (2,)], "b": [("z",)]},
        ),
        (
            "<d><one><r a='1'/><r a='2'/></one><two><r a='3'/><r a='4'/></two></d>",
            {"one_r": [(1,), (2,)], "two_r": [(3,), (4,)]},
        ),
        ("<config><host>h</host><port>8</port></config>", {"config": [("h", 8)]}),
        (
            "<order no='7'><item>a</item><for>x</for><item>b</item></order>",
            {"order": [(7, "x")], "item": [("a",), ("b",)]},
        ),
        (
            "<l><r><t>a</t><t>b</t></r><r><t>c</t></r><r/></l>",
            {"r": [('["a","b"]',), ('["c"]',), (None,)]},
        ),
        (
            "<l><r><t k='1'>a</t></r><r><t><u>x</u><u/></t></r></l>",
            {"r": [('{"@k":"1","#text":"a"}',), ('{"u":["x",""]}',)]},
        ),
        (
            "<l><p>one <b>two</b> three</p><p>x</p></l>",
            {"p": [("two", "one  three"), (None, "x")]},
        ),
        (
            "<l><r><p>one <b>two</b> three</p></r><r/></l>",
            {"r": [('["one ",{"b":"two"}," three"]',), (None,)]},
        ),
        ("<l><r>a<!-- x -->b<?y?><![CDATA[<c>]]></r><r/></l>", {"r": [("ab<c>",), ("",)]}),
        ("<l><r><A>1</A><a>2</a></r><r/></l>", {"r": [(1, 2), (None, None)]}),
        ("<x:l xmlns:x='u'><x:r>1</x:r><x:r>2</x:r></x:l>", {"x:r": [(1,), (2,)]}),
        ("<l xmlns:xsi='u'><r><a xsi:nil='true'/></r><r><a>1</a></r></l>", {"r": [(None,), (1,)]}),
        ("<l/>", {}),
        ("<l>text</l>", {"l": [("text",)]}),
    ],
)
def test_shapes_of_others(tmp_path, text, expected):
    assert rows_of(written(tmp_path, text)) == expected


def test_attributes_around_the_records_are_noted(tmp_path):
    path = written(tmp_path, '<l version="2"><r>1</r><r>2</r></l>')
    assert tables_of(path)["r"].notes == ("the attributes of <l> are in no column: version",)


def test_all_rows_are_looked_at_for_the_types(tmp_path):
    texts = [*map(str, range(5000)), "x"]
    path = written(tmp_path, f"<l>{''.join(f'<r>{text}</r>' for text in texts)}</l>")
    assert rows_of(path)["r"] == [(text,) for text in texts]


def test_types_can_be_chosen(tmp_path):
    path = written(tmp_path, "<l><r><a>1</a><b>07</b></r><r><a>2</a></r></l>")
    how = Overrides(types={"r": {"a": str, "b": TYPES[int]}})
    assert rows_of(path, overrides=how) == {"r": [("1", 7), ("2", None)]}


def test_bad_rows_are_told_of_or_an_error(tmp_path):
    path = written(tmp_path, "<l>\n<r>1</r>\n<r>x</r>\n<r>3</r></l>")
    bad = []
    types = {"r": {"text": int}}
    with pytest.raises(CorruptFileError, match=r"people\.xml', line 3, table 'r': 'x'.*'text'"):
        rows_of(path, overrides=Overrides(types=types))
    assert rows_of(path, overrides=Overrides(types=types, on_bad_row=bad.append)) == {
        "r": [(1,), (3,)]
    }
    assert [(row.table, row.line) for row in bad] == [("r", 3)]
    with pytest.raises(CorruptFileError, match="line 3"):
        rows_of(path, overrides=Overrides(sample_rows=1))


# --- Saving files of others ---------------------------------------------------------------

FLAT = """<?xml version="1.0" encoding="{encoding}"?>
<!-- made by somebody -->
<people version="1" xmlns="urn:x">
    <person id="1">
        <name>é</name>
        <when>2020-01-02T03:04:05Z</when>
        <on>yes</on>
    </person>
    <person id="2">
        <name>b &amp; c</name>
    </person>
</people>
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "latin-1"])
def test_a_flat_list_keeps_its_shape(tmp_path, encoding):
    text = FLAT.format(encoding=encoding)
    path = written(tmp_path, text.encode(encoding))
    found, layout = contents(FORMAT, path)
    assert layout.shape == "flat"
    ((table, _, rows),) = found
    layout = FORMAT.save(path, [RowsInMemory(table, rows)], layout=layout)
    assert path.read_bytes().decode(encoding) == text
    more = [*rows, (3, "<new>\n表", "2021-01-01 00:00:00.500000", 0)]
    FORMAT.save(path, [RowsInMemory(table, more)], layout=layout)
    assert rows_of(path) == {"person": more}


def test_a_list_on_one_line_keeps_its_shape(tmp_path):
    text = '<l><r a="1">x</r><r a="2">y</r></l>'
    path = written(tmp_path, text)
    ((table, _, rows),), layout = contents(FORMAT, path)
    FORMAT.save(path, [RowsInMemory(table, rows)], layout=layout)
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("value", ["\1", b"x", 1.5])
def test_what_a_flat_list_cannot_keep_is_refused(tmp_path, value):
    path = written(tmp_path, "<l><r>x</r><r>y</r></l>")
    before = path.read_bytes()
    ((table, _, _),), layout = contents(FORMAT, path)
    with pytest.raises(SerializationError, match=r"people\.xml'.*'text'.*Convert"):
        FORMAT.save(path, [RowsInMemory(table, [(value,)])], layout=layout)
    assert path.read_bytes() == before


def test_a_flat_list_takes_no_second_table_and_no_odd_column(tmp_path):
    path = written(tmp_path, "<l><r>x</r><r>y</r></l>")
    ((table, _, rows),), layout = contents(FORMAT, path)
    odd = Table("r", (*table.columns, Column("a b", TYPES[str])))
    for tables in ([RowsInMemory(table, rows), RowsInMemory(OTHER)], [RowsInMemory(odd)]):
        with pytest.raises(UnsupportedOperationError, match="Convert"):
            FORMAT.save(path, tables, layout=layout)


@pytest.mark.parametrize(
    "text",
    [
        "<l><a>1</a><a>2</a><b>1</b><b>2</b></l>",
        "<l><r><a><b>1</b></a></r><r/></l>",
        "<l><r>1</r><!-- x --><r>2</r></l>",
        "<l><r>x <b>y</b></r><r/></l>",
        "<m><l><r>1</r><r>2</r></l></m>",
    ],
)
def test_other_shapes_are_read_and_not_saved(tmp_path, text):
    path = written(tmp_path, text)
    found, layout = contents(FORMAT, path)
    with pytest.raises(UnsupportedOperationError, match=r"people\.xml'.*Convert"):
        FORMAT.save(path, [RowsInMemory(found[0][0], found[0][2])], layout=layout)
    assert path.read_text(encoding="utf-8") == text


# --- The old library ----------------------------------------------------------------------


def test_a_file_of_the_old_library_is_read():
    (every, key, rows), (texts, text_key, text_rows) = contents(FORMAT, OLD / "xml_file.xml")[0]
    assert (every.name, every.comment, key) == ("alle Typen 表", "every type", 8)
    assert every.primary_key == ("id",)
    assert [column.type.python_type.__name__ for column in every.columns] == [
        *("str", "int", "float", "bool", "bytes", "datetime", "date", "timedelta", "list", "dict"),
        *("str", "int"),
    ]
    assert [index.columns for index in every.indexes] == [("a",)]
    assert [column.default for column in every.columns[-2:]] == ['x "y"', 3]
    assert len(rows) == 6
    assert rows[0] == (
        *("t1", 1, 1 / 3, 0, b"\1\0\xff", "2026-01-02 03:04:05.001000", "1961-02-03"),
        *(86400000007, '[1,null,"x"]', '{"$$k":1,"é":[1.5]}', '中文 <é> & "1"', 3),
    )
    assert [row[0] for row in rows] == ["t1", "t2", "t0", None, "t0", "t1"]
    assert rows[-1][-2] == ""
    assert (texts.name, text_key, text_rows) == ("textkey", None, [("ä", 1), ("b", None)])


def test_a_file_of_the_old_library_is_saved_in_our_layout(tmp_path):
    path = tmp_path / "old.xml"
    shutil.copy(OLD / "xml_file.xml", path)
    found, layout = contents(FORMAT, path)
    FORMAT.save(path, [RowsInMemory(*item[:1], item[2], item[1]) for item in found], layout=layout)
    assert b'format="pytuck-xml"' in path.read_bytes()
    assert same(contents(FORMAT, path)[0], found)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('<field name="id" type="int">1<', '<field name="id" type="int">x<'),
        ('type="bool">false<', 'type="bool">maybe<'),
        ('encoding="json">[1', 'encoding="json">1'),
        ('encoding="base64">AQD/<', 'encoding="base64">*<'),
        ('<column name="b" type="bool"', '<column name="b" type="complex"'),
        ('primary_key="id"', 'primary_key="none"'),
    ],
)
def test_damage_in_a_file_of_the_old_library_is_named(tmp_path, old, new):
    text = (OLD / "xml_file.xml").read_text(encoding="utf-8")
    assert old in text
    path = written(tmp_path, text.replace(old, new, 1))
    with pytest.raises(CorruptFileError, match=r"people\.xml'.*'alle Typen 表'"):
        contents(FORMAT, path)
