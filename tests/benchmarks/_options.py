"""What every benchmark can be told. All read the same words, so `dev.py bench` hands them to all."""

from __future__ import annotations

import argparse
from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """What was said on the command line.

    Attributes:
        is_long: Take more rounds.
        with_peers: Measure the other libraries too.
        users: Rows of the tables of the ORM's benchmarks.
    """

    is_long: bool
    with_peers: bool
    users: int


def read_options(description: str | None) -> Options:
    """Return what the command line says.

    Args:
        description: What `--help` prints above the options.
    """
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--long", action="store_true", help="more rounds")
    parser.add_argument(
        "--peers",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="measure SQLAlchemy, peewee, Pony, TinyDB and pytuck 1.4.0 too",
    )
    parser.add_argument("--rows", type=_users, default=100_000, help="how many users (100000)")
    given = parser.parse_args()
    return Options(given.long, given.peers, given.rows)


def _users(text: str) -> int:
    number = int(text)
    if number < 100:
        raise argparse.ArgumentTypeError("at least 100 users, so that every work has rows")
    return number
