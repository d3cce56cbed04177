"""Streams of tables into a new store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from pytuck.backends import open_engine
from pytuck.backends.table_copying import create_and_fill
from pytuck.common.options import BackendOptions, PytuckBackendOptions
from pytuck.common.progress import SILENT, Work
from pytuck.formats.base import TableStream
from pytuck.tools.checksums import Checksum


def fill_store(
    path: Path,
    engine_name: str,
    streams: Iterable[TableStream],
    *,
    options: BackendOptions | None = None,
    password: str | None = None,
    counts_only: bool = False,
    work: Work = SILENT,
) -> dict[str, Checksum]:
    """Make a store of the tables of streams; return the sum over the rows of each.

    Args:
        counts_only: Count the rows and do not sum up their contents.

    Raises:
        PytuckException: What the streams or the engine refused.
    """
    sums: dict[str, Checksum] = {}
    engine = open_engine(
        path,
        engine=engine_name,
        password=password_in(options, password),
        options=options,
        durability="off",  # it is brought to the disk before it takes its place
    )
    try:
        with engine.connection() as connection, connection.structure_transaction():
            create_and_fill(
                connection,
                lambda changes: engine.change(changes, connection),
                _summing(streams, sums, counts_only=counts_only),
                work,
            )
        engine.save(work)
    except BaseException:
        engine.discard()
        raise
    engine.close()
    return sums


def password_in(options: BackendOptions | None, password: str | None) -> str | None:
    """Return the password that was given, by itself or among the options of the pytuck engine."""
    if password is None and isinstance(options, PytuckBackendOptions):
        return options.password
    return password


def _summing(
    streams: Iterable[TableStream], sums: dict[str, Checksum], *, counts_only: bool
) -> Iterator[TableStream]:
    for stream in streams:
        checksum = sums[stream.table.name] = Checksum(stream.table, counts_only=counts_only)
        stream.batches = checksum.of(stream.batches)
        yield stream
