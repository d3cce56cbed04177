"""The command line of the application."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Options(NamedTuple):
    """What the command line asks for."""

    files: tuple[str, ...] = ()
    screenshot: str = ""
    size: tuple[int, int] | None = None
    theme: str = ""
    language: str = ""


def parse(arguments: Sequence[str]) -> Options:
    """Return the options; ends the program for `--help`, `--version` and mistakes."""
    if not any(argument.startswith("-") for argument in arguments):
        return Options(tuple(arguments))  # the usual start, without loading argparse
    return _parse_in_full(arguments)


def _parse_in_full(arguments: Sequence[str]) -> Options:
    import argparse

    from pytuck_desktop import __version__

    parser = argparse.ArgumentParser(
        prog="pytuck-desktop", description="Browse and edit .pytuck files and SQLite databases."
    )
    parser.add_argument("files", nargs="*", metavar="FILE", help="file to open")
    parser.add_argument(
        "--screenshot",
        metavar="OUT.png",
        default="",
        help="draw the window off-screen, wait for its rows, save it here and exit",
    )
    parser.add_argument("--size", type=_size, metavar="WxH", help="size of the window")
    parser.add_argument("--theme", choices=("light", "dark", "system"), default="")
    parser.add_argument("--language", choices=("en", "zh_CN"), default="")
    parser.add_argument("--version", action="version", version=f"Pytuck Desktop {__version__}")
    given = parser.parse_args(arguments)
    return Options(tuple(given.files), given.screenshot, given.size, given.theme, given.language)


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    size = int(width), int(height)
    if not all(100 <= edge <= 10_000 for edge in size):
        raise ValueError
    return size
