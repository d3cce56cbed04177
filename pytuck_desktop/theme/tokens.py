"""The colours of both themes by what they mean. No Qt.

Text colours keep a contrast of at least 4.5:1 on the backgrounds they are used on (WCAG 2.2, AA);
`tests/desktop/theme` computes it.
"""

from __future__ import annotations

from typing import NamedTuple


class Tokens(NamedTuple):
    """One colour for each meaning, as `#rrggbb`."""

    is_dark: bool
    window: str  # chrome: sidebar, toolbar, status bar
    base: str  # where data and text fields stand
    raised: str  # headers, menus, cards
    hover: str
    border: str
    grid_line: str
    text: str
    muted: str  # secondary text, NULL
    disabled: str
    accent: str  # buttons and focus
    on_accent: str
    accent_text: str  # accent used as text
    selection: str
    selection_inactive: str
    placeholder: str  # bars that stand for rows on their way
    new_back: str
    new_text: str
    changed_back: str
    changed_text: str
    deleted_back: str
    deleted_text: str
    flash: str
    error_back: str
    error_text: str
    warning_back: str
    warning_text: str
    info_back: str
    info_text: str


LIGHT = Tokens(
    is_dark=False,
    window="#f5f6f8",
    base="#ffffff",
    raised="#fafbfc",
    hover="#e9ecf1",
    border="#dde1e7",
    grid_line="#eceef2",
    text="#1c2127",
    muted="#5c6570",
    disabled="#a9b0ba",
    accent="#2f62d9",
    on_accent="#ffffff",
    accent_text="#2856c2",
    selection="#dde9ff",
    selection_inactive="#e8ebf0",
    placeholder="#eef0f3",
    new_back="#e8f6ed",
    new_text="#1a7140",
    changed_back="#fff4d6",
    changed_text="#855600",
    deleted_back="#fdecea",
    deleted_text="#b3261e",
    flash="#ffe28a",
    error_back="#fdecea",
    error_text="#a3211a",
    warning_back="#fff6df",
    warning_text="#7a5000",
    info_back="#e8f0fe",
    info_text="#2450b0",
)

DARK = Tokens(
    is_dark=True,
    window="#1d2025",
    base="#16181c",
    raised="#22262c",
    hover="#2c313a",
    border="#343a44",
    grid_line="#262a31",
    text="#e4e7eb",
    muted="#a7b0bb",
    disabled="#5d6570",
    accent="#4c82f0",
    on_accent="#0c1220",
    accent_text="#8ab0ff",
    selection="#223b68",
    selection_inactive="#2d333d",
    placeholder="#262a31",
    new_back="#173022",
    new_text="#74d49a",
    changed_back="#3a3016",
    changed_text="#eec56d",
    deleted_back="#3c2020",
    deleted_text="#ff9f96",
    flash="#6b5a1c",
    error_back="#3c2020",
    error_text="#ffb0a8",
    warning_back="#3a3016",
    warning_text="#f0cc80",
    info_back="#1d2c4a",
    info_text="#a9c5ff",
)


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21.

    Source: WCAG 2.2, "relative luminance" and "contrast ratio".
    """
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
