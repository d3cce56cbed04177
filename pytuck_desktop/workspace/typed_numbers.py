"""Numbers as people write them anywhere, to numbers as programs write them. No Qt."""

from __future__ import annotations

import re
from unicodedata import normalize

_ALIKE = str.maketrans({"−": "-", "’": "'", "٬": "'", "٫": ".", "。": "."})
_NUMBER = re.compile(r"([+-]?)([\d.,' ]*\d[\d.,' ]*)([eE][+-]?\d+)?")
_GROUPED = r"\d{{1,3}}(?:{0}\d{{2,3}})*{0}\d{{3}}"
"""Groups of three digits, in India of two before the last one."""


def plain_number(text: str, *, comma_is_decimal: bool = False) -> str:
    """Return a number as programs write it, whatever marks and digits it was written with.

    Blanks, apostrophes, commas and points may stand between groups of digits, a comma or a point
    before the fraction, and the digits may be those of other scripts or of full width. A point
    that stands alone is always that of the fraction, as the grid shows it.

    Args:
        comma_is_decimal: What `1,234` means, which could be either: 1.234 instead of 1234.
    Returns:
        The text itself where it is no number.
    """
    match = _NUMBER.fullmatch(normalize("NFKC", text).translate(_ALIKE).strip())
    if match is None:
        return text
    sign, digits, exponent = match.groups(default="")
    plain = _with_point(_without_blanks(digits), comma_is_decimal=comma_is_decimal)
    return text if plain is None else f"{sign}{plain}{exponent}"


def _without_blanks(digits: str) -> str:
    for mark in (" ", "'"):
        whole, point, fraction = re.fullmatch(r"([^.,]*)([.,]?)(.*)", digits).groups()  # type: ignore[union-attr]
        if re.fullmatch(_GROUPED.format(mark), whole):
            digits = f"{whole.replace(mark, '')}{point}{fraction}"
    return digits


def _with_point(digits: str, *, comma_is_decimal: bool) -> str | None:
    """Return digits with at most a point in them; None if the marks make no sense."""
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        mark, other = (".", ",") if digits.rindex(".") > digits.rindex(",") else (",", ".")
        whole, _, fraction = digits.rpartition(mark)
        is_grouped = re.fullmatch(_GROUPED.format(re.escape(other)), whole)
        return f"{whole.replace(other, '')}.{fraction}" if is_grouped else None
    if not commas and points <= 1:
        return digits
    mark = "," if commas else "."
    has_groups = re.fullmatch(_GROUPED.format(re.escape(mark)), digits) and digits[0] != "0"
    if has_groups and (commas != 1 or not comma_is_decimal):
        return digits.replace(mark, "")
    return digits.replace(",", ".") if commas == 1 else None
