"""The parts of a workbook that we write, beside its sheets.

Source: ECMA-376 part 1, 18.2 (workbook), 18.8 (styles).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PROGRAM = "pytuck"
"""Who wrote the workbook last; Excel puts its own name there."""

SHEET_START = (
    f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView>'
    "</sheetViews><sheetData>\n"
)
SHEET_END = "</sheetData></worksheet>"

STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss.000"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    + "".join(
        f'<xf numFmtId="{number}" fontId="0" fillId="0" borderId="0" xfId="0" '
        'applyNumberFormat="1"/>'
        for number in (164, 165, 49)
    )
    + '<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)


@dataclass(frozen=True, slots=True)
class SheetPart:
    """One sheet of a workbook.

    Attributes:
        name: What its tab shows.
        member: Its XML in the zip.
    """

    name: str
    member: str
    is_hidden: bool = False


def fixed_parts(sheets: Sequence[SheetPart]) -> Iterable[tuple[str, str]]:
    """Give the members of a workbook that are no sheets, with their texts."""
    overrides = "".join(
        f'<Override PartName="/{sheet.member}" ContentType="{_TYPES}.worksheet+xml"/>'
        for sheet in sheets
    )
    yield (
        "[Content_Types].xml",
        (
            f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
            '<Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/>{overrides}'
            "</Types>"
        ),
    )
    yield "_rels/.rels", _relations([(1, "officeDocument", "xl/workbook.xml")])
    places = [
        (number, "worksheet", sheet.member.removeprefix("xl/"))
        for number, sheet in enumerate(sheets, 1)
    ]
    yield (
        "xl/_rels/workbook.xml.rels",
        _relations([*places, (len(sheets) + 1, "styles", "styles.xml")]),
    )
    yield "xl/workbook.xml", _workbook(sheets)
    yield "xl/styles.xml", STYLES


def _relations(targets: Iterable[tuple[int, str, str]]) -> str:
    inner = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, kind, target in targets
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{inner}</Relationships>'


def _workbook(sheets: Sequence[SheetPart]) -> str:
    inner = "".join(
        f'<sheet name={quoteattr(sheet.name)} sheetId="{number}"'
        f"{' state=' + chr(34) + 'hidden' + chr(34) if sheet.is_hidden else ''} "
        f'r:id="rId{number}"/>'
        for number, sheet in enumerate(sheets, 1)
    )
    return (
        f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><fileVersion appName="{PROGRAM}"/>'
        f'<bookViews><workbookView activeTab="0"/></bookViews><sheets>{inner}</sheets></workbook>'
    )
