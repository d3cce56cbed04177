"""Bytes as people look at them: an offset, sixteen bytes in hex, and the same as ASCII. No Qt."""

from __future__ import annotations

BYTES_A_LINE = 16

_SHOWN = bytes(byte if 0x20 <= byte < 0x7F else 0x2E for byte in range(256))
"""ASCII that can be seen; a dot for all else."""


def line_length(width: int) -> int:
    """Return the characters of a line of so many bytes."""
    return 8 + 2 + 3 * width - 1 + 2 + width


def hex_lines(data: bytes, first: int = 0, width: int = BYTES_A_LINE) -> str:
    """Return bytes as lines; `first` is the offset of the first of them."""
    lines = []
    room = 3 * width - 1
    for at in range(0, len(data), width):
        part = data[at : at + width]
        shown = part.translate(_SHOWN).decode("ascii")
        lines.append(f"{first + at:08x}  {part.hex(' '):<{room}}  {shown}")
    return "\n".join(lines)
