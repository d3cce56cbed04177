"""Files that an attacker or an accident makes, as bytes, by what they try."""

from __future__ import annotations

import io
import json
import pickle
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

from tests.contract.file_kinds import OLD_LIBRARY

DEEP = 100_000
WIDE = 30_000


class Runs:
    """A pickle of this makes a file, if it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self):
        return (open, (str(self.marker), "w"))


def zipped(members: dict[str, bytes], **info: int) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            member = zipfile.ZipInfo(name)
            member.compress_type = zipfile.ZIP_DEFLATED
            for field, value in info.items():
                setattr(member, field, value)
            archive.writestr(member, content)
    return packed.getvalue()


def twice(name: str) -> bytes:
    """Return a zip with two members of one name."""
    first = name.replace("a", "b")
    return zipped({name: b"a\n1\n", first: b"a\n2\n"}).replace(first.encode(), name.encode())


def workbook(sheet: bytes, **parts: bytes) -> bytes:
    """Return a workbook of others with one sheet."""
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    relations = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
    return zipped(
        {
            "[Content_Types].xml": b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/'
            b'content-types"><Default Extension="xml" ContentType="application/xml"/></Types>',
            "_rels/.rels": f'<Relationships {relations}><Relationship Id="r" Type="{kinds}/'
            'officeDocument" Target="xl/workbook.xml"/></Relationships>'.encode(),
            "xl/workbook.xml": f'<workbook {main} xmlns:r="{kinds}"><sheets><sheet name="S" '
            'sheetId="1" r:id="s"/></sheets></workbook>'.encode(),
            "xl/_rels/workbook.xml.rels": f'<Relationships {relations}><Relationship Id="s" '
            f'Type="{kinds}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'.encode(),
            "xl/worksheets/sheet1.xml": sheet.replace(b"MAIN", main.encode()),
            **parts,
        }
    )


def sheet(rows: bytes, before: bytes = b"") -> bytes:
    return workbook(
        b"<worksheet MAIN>" + before + b"<sheetData>" + rows + b"</sheetData></worksheet>"
    )


LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x0 "ha">'
    + b"".join(b'<!ENTITY x%d "%s">' % (n, b"&x%d;" % (n - 1) * 10) for n in range(1, 12))
    + b"]>"
)
EXTERNAL = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
REMOTE = b'<?xml version="1.0"?><!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd">'
PARAMETER = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/hostname"> %p;]>'


def _wide_json() -> bytes:
    return json.dumps([{f"c{n}": n for n in range(WIDE)}]).encode()


def _wide_csv() -> bytes:
    return ",".join(f"c{n}" for n in range(WIDE)).encode() + b"\n" + b"1," * (WIDE - 1) + b"1\n"


def _wide_xml() -> bytes:
    return b"<a><r>" + b"".join(b"<c%d>1</c%d>" % (n, n) for n in range(WIDE)) + b"</r></a>"


def _lengths_of(name: str, start: int) -> bytes:
    content = bytearray((OLD_LIBRARY / name).read_bytes())
    for place in range(start, 64, 8):
        content[place : place + 8] = struct.pack("<Q", 1 << 60)
    if name.startswith("ptk4"):  # it has a second header, in case the first one is damaged
        content[128:256] = content[:128]
    return bytes(content)


def _parquet(declared: int) -> bytes:
    return b"PAR1" + bytes(64) + struct.pack("<I", declared) + b"PAR1"


REFUSED: dict[str, tuple[str, Callable[[], bytes]]] = {
    "json: deep": ("x.json", lambda: b"[" * DEEP),
    "json: deep and whole": ("x.json", lambda: b'[{"a":' + b"[" * DEEP + b"]" * DEEP + b"}]"),
    "json: deep objects": ("x.json", lambda: b'{"a":' * DEEP + b"1" + b"}" * DEEP),
    "json: NaN": ("x.json", lambda: b'[{"a": NaN}]'),
    "json: two of one key": ("x.json", lambda: b'[{"a": 1, "a": 2}]'),
    "json: no UTF-8": ("x.json", lambda: b'[{"a": "\xff\xfe"}]'),
    "json: half a character": ("x.json", lambda: b'[{"a": "\\ud800"}]'),
    "json: control characters": ("x.json", lambda: b'[{"a": "\x00\x01"}]'),
    "json: wide": ("x.json", _wide_json),
    "jsonl: deep": ("x.jsonl", lambda: b'{"a":' + b"[" * DEEP + b"]" * DEEP + b"}\n"),
    "jsonl: NaN": ("x.jsonl", lambda: b'{"a": 1}\n{"a": NaN}\n'),
    "jsonl: no UTF-8": ("x.jsonl", lambda: b'{"a": "\xff\xfe"}\n'),
    "jsonl: half a character": ("x.jsonl", lambda: b'{"a": "\\udfff"}\n'),
    "jsonl: wide": ("x.jsonl", lambda: _wide_json()[1:-1] + b"\n"),
    "tinydb: deep": ("x.tinydb", lambda: b'{"t": {"1": {"a":' + b"[" * DEEP + b"]" * DEEP + b"}}}"),
    "csv: open quote": ("x.csv", lambda: b'a,b\n1,"' + b"x,y\n" * 1_200_000),
    "csv: zeros": ("x.csv", lambda: bytes(1000)),
    "csv: wide": ("x.csv", _wide_csv),
    "csv: bomb": ("x.csv", lambda: zipped({"a.csv": b"a\n" + bytes(40 << 20)})),
    "csv: out of the folder": ("x.csv", lambda: zipped({"../a.csv": b"a\n1\n"})),
    "csv: from the root": ("x.csv", lambda: zipped({"/etc/a.csv": b"a\n1\n"})),
    "csv: from a drive": ("x.csv", lambda: zipped({"c:\\a.csv": b"a\n1\n"})),
    "csv: two of one name": ("x.csv", lambda: twice("a.csv")),
    "csv: many members": ("x.csv", lambda: zipped({f"{n}.csv": b"" for n in range(12_000)})),
    "jsonl: bomb": ("x.jsonl", lambda: zipped({"a.jsonl": b" " * (40 << 20)})),
    "excel: bomb": ("x.xlsx", lambda: sheet(b" " * (40 << 20))),
    "excel: laughs": ("x.xlsx", lambda: workbook(LAUGHS + b"<worksheet>&x11;</worksheet>")),
    "excel: another file": ("x.xlsx", lambda: workbook(EXTERNAL + b"<worksheet>&x;</worksheet>")),
    "excel: out of the folder": ("x.xlsx", lambda: zipped({"../xl/workbook.xml": b"<a/>"})),
    "excel: far row": ("x.xlsx", lambda: sheet(b'<row r="99999999999"><c><v>1</v></c></row>')),
    "xml: laughs": ("x.xml", lambda: LAUGHS + b"<a><b>&x11;</b></a>"),
    "xml: another file": ("x.xml", lambda: EXTERNAL + b"<a><b>&x;</b></a>"),
    "xml: another machine": ("x.xml", lambda: REMOTE + b"<a><b>1</b></a>"),
    "xml: parameters": ("x.xml", lambda: PARAMETER + b"<a><b>1</b></a>"),
    "xml: deep": ("x.xml", lambda: b"<a>" * DEEP + b"</a>" * DEEP),
    "xml: zeros": ("x.xml", lambda: b"<a><r><c>\0</c></r></a>"),
    "xml: no UTF-8": ("x.xml", lambda: b"<a><r><c>\xff</c></r></a>"),
    "xml: wide": ("x.xml", _wide_xml),
    "msgpack: long list": ("x.msgpack", lambda: b"\xdd\xff\xff\xff\xff\x01"),
    "msgpack: long map": ("x.msgpack", lambda: b"\x91\xdf\xff\xff\xff\xff\xa1a\x01"),
    "msgpack: long text": ("x.msgpack", lambda: b"\x91\x81\xa1a\xdb\xff\xff\xff\xffx"),
    "msgpack: deep": ("x.msgpack", lambda: b"\x91\x81\xa1a" + b"\x91" * DEEP + b"\x01"),
    "msgpack: long header": ("x.msgpack", lambda: b"PYTUCKMP" + b"\xdd\xff\xff\xff\xff"),
    "ptk4: huge places": ("x.pytuck", lambda: _lengths_of("ptk4_plain.pytuck", 8)),
    "ptk7: huge places": ("x.pytuck", lambda: _lengths_of("ptk7_plain.pytuck", 8)),
    "parquet: long end": ("x.parquet", lambda: _parquet(2**32 - 1)),
    "parquet: wrong end": ("x.parquet", lambda: _parquet(60)),
    "pydblite: deep": ("x.pdl", lambda: b"\x80\x02" + b"]" * DEEP + b"."),
    "pydblite: long": ("x.pdl", lambda: b"\x80\x04\x8e" + struct.pack("<Q", 1 << 60) + b"x."),
    "pydblite: list bomb": (
        "x.pdl",
        lambda: b"\x80\x02]q\x00" + b"h\x00h\x00\x86q\x00" * 64 + b".",
    ),
    "pydblite: long number": (
        "x.pdl",
        lambda: b"\x80\x02\x8b" + struct.pack("<i", 2**31 - 1) + b".",
    ),
    "pydblite: no pickle": ("x.pdl", lambda: pickle.dumps(["a"])[:-1] + b"\xff"),
}
"""What must be refused, with the name of its file."""

KEPT: dict[str, tuple[str, Callable[[], bytes]]] = {
    "json: large number": ("x.json", lambda: b'[{"a": 1e999}]'),
    "json: long number": ("x.json", lambda: b'[{"a": ' + b"9" * 1_000_000 + b"}]"),
    "jsonl: long number": ("x.jsonl", lambda: b'{"a": ' + b"9" * 1_000_000 + b"}\n"),
    "csv: long number": ("x.csv", lambda: b"a\n" + b"9" * 1_000_000 + b"\n"),
    "csv: large number": ("x.csv", lambda: b"a\n1e999\n"),
    "csv: zeros inside": ("x.csv", lambda: b"a,b\nx\0y,2\n"),
    "csv: formulas": ("x.csv", lambda: b'a\n=1+1\n"@SUM(A1)"\n+x\n-x\n'),
    "csv: a link inside": (
        "x.csv",
        lambda: zipped({"a.csv": b"/etc/hostname"}, external_attr=0o120777 << 16, create_system=3),
    ),
    "excel: huge range": (
        "x.xlsx",
        lambda: sheet(
            b'<row r="1"><c r="A1"><v>7</v></c></row>', b'<dimension ref="A1:XFD1048576"/>'
        ),
    ),
    "excel: far cell": (
        "x.xlsx",
        lambda: sheet(b'<row r="1048576"><c r="XFD1048576"><v>7</v></c></row>'),
    ),
    "xml: include": (
        "x.xml",
        lambda: (
            b'<a xmlns:i="http://www.w3.org/2001/XInclude"><r><c>1</c>'
            b'<i:include href="/etc/hostname" parse="text"/></r></a>'
        ),
    ),
    "msgpack: time of nobody": ("x.msgpack", lambda: b"\x91\x81\xa1a\xc7\x0c\xff" + b"\xff" * 12),
    "msgpack: other kinds": ("x.msgpack", lambda: b"\x91\x81\xa1a\xc7\x03\x07abc"),
}
"""What may be data or be refused, and must do nothing else."""
