"""Text can be read in both themes."""

from __future__ import annotations

import pytest

from pytuck_desktop.theme.tokens import DARK, LIGHT, contrast

READABLE = 4.5  # WCAG 2.2, AA, for normal text


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("text", "back"),
    [
        ("text", "window"), ("text", "base"), ("text", "raised"), ("text", "hover"),
        ("text", "selection"), ("text", "selection_inactive"), ("text", "flash"),
        ("muted", "window"), ("muted", "base"), ("muted", "raised"), ("muted", "selection"),
        ("on_accent", "accent"), ("accent_text", "base"), ("accent_text", "window"),
        ("new_text", "new_back"), ("changed_text", "changed_back"),
        ("deleted_text", "deleted_back"), ("changed_text", "window"), ("text", "new_back"),
        ("error_text", "error_back"), ("warning_text", "warning_back"),
        ("info_text", "info_back"), ("error_text", "base"),
    ],
)  # fmt: skip
def test_text_has_contrast(theme, text, back):
    assert contrast(getattr(theme, text), getattr(theme, back)) >= READABLE
