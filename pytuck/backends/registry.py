"""Which engines there are, and which one a file needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from pytuck.backends.base import Engine, ReadOnlyReason
from pytuck.backends.documents.document import Document
from pytuck.backends.documents.document_lock import can_be_locked
from pytuck.backends.documents.engine import DocumentEngine
from pytuck.backends.file_check import FORMAT_VERSION, FileFacts, FileKind, is_there, is_writable
from pytuck.backends.identifying import DOCUMENT_ENGINES, Found, identify, name_for_new_file
from pytuck.backends.memory import MemoryEngine
from pytuck.backends.opening import OpeningPlan
from pytuck.backends.pytuck import PytuckEngine
from pytuck.backends.sqlite import SqliteEngine
from pytuck.common.exceptions import (
    ConfigurationError,
    DatabaseConnectionError,
    EmptyFileError,
    FileFormatError,
    FileMissingError,
)
from pytuck.common.options import (
    BackendOptions,
    CsvBackendOptions,
    DuckdbBackendOptions,
    Durability,
    ExcelBackendOptions,
    JsonlBackendOptions,
    PytuckBackendOptions,
)
from pytuck.common.progress import SILENT, Work
from pytuck.formats.base import NOTHING_DECIDED, Overrides
from pytuck.formats.registry import load_format


@dataclass(frozen=True, slots=True)
class Opening:
    """How a store is opened.

    Attributes:
        plan: Path, password and waiting.
        facts: What the first look at an existing database said; None for others and new ones.
        read_only_reason: Why nothing can be written; None if it can.
        options: Options of the engine.
        saves_commits: A document's file is written by each commit.
        overrides: What a person decided about a file that does not say its types.
        work: Is told of the reading of a document, and may stop it.
    """

    plan: OpeningPlan
    facts: FileFacts | None = None
    read_only_reason: ReadOnlyReason | None = None
    options: BackendOptions | None = None
    saves_commits: bool = False
    overrides: Overrides = NOTHING_DECIDED
    work: Work = SILENT


Opener = Callable[[Opening], Engine]


def _open_pytuck(opening: Opening) -> Engine:
    return PytuckEngine(opening.plan, opening.facts, opening.read_only_reason)


def _open_sqlite(opening: Opening) -> Engine:
    return SqliteEngine(opening.plan, opening.facts, opening.read_only_reason)


def _open_duckdb(opening: Opening) -> Engine:
    from pytuck.backends.duckdb.engine import DuckDBEngine

    options = opening.options
    return DuckDBEngine(
        opening.plan,
        opening.read_only_reason,
        options if isinstance(options, DuckdbBackendOptions) else None,
    )


def _document_opener(name: str) -> Opener:
    def open_document(opening: Opening) -> Engine:
        kind = load_format(name)
        options = opening.options
        reason = opening.read_only_reason
        if options is not None and not isinstance(options, kind.options):
            raise ConfigurationError(
                f"{type(options).__name__} are no options of the engine '{name}'; it takes "
                f"{kind.options.__name__}."
            )
        if reason is None and not kind.capabilities.can_write:
            reason = "older format" if name == "ptk" else "format"
        path = Path(opening.plan.name)
        document = Document(
            path.resolve() if path.is_symlink() else path,
            kind,
            _with_password(options, opening.plan.password, name),
            saves_commits=opening.saves_commits,
            overrides=opening.overrides,
            work=opening.work,
        )
        return DocumentEngine(document, reason, timeout_s=opening.plan.timeout_s)

    return open_document


ENGINES: dict[str, Opener] = {
    "pytuck": _open_pytuck,
    "binary": _open_pytuck,  # the older name
    "sqlite": _open_sqlite,
    "duckdb": _open_duckdb,
    **{name: _document_opener(name) for name in DOCUMENT_ENGINES},
}
"""The engines by the name given to `Storage`."""

_BY_KIND: dict[FileKind, str] = {
    FileKind.PYTUCK: "pytuck",
    FileKind.ENCRYPTED: "pytuck",
    FileKind.SQLITE: "sqlite",
    FileKind.DUCKDB: "duckdb",
    FileKind.OLD_PYTUCK: "ptk",
}
_NAMES = {
    "pytuck": "a .pytuck file",
    "sqlite": "a plain SQLite database",
    "duckdb": "a DuckDB file",
    "ptk": "a file of the old pytuck library",
    **DOCUMENT_ENGINES,
}
_MEMORY = ":memory:"


def open_engine(
    path: Path,
    *,
    engine: str | None = None,
    read_only: bool = False,
    create: bool = True,
    password: str | None = None,
    timeout_s: float = 5.0,
    durability: Durability = "full",
    max_connections: int | None = None,
    options: BackendOptions | None = None,
    saves_commits: bool = False,
    overrides: Overrides = NOTHING_DECIDED,
    work: Work = SILENT,
) -> Engine:
    """Return the engine on a file; what its content says decides, and its name where that is mute.

    Args:
        engine: A name from `ENGINES`, or None to find it out: for a new file from the ending of
            its name.
        create: Make the file if nothing stands at `path`.
        options: Options of the engine.
        saves_commits: Have each commit write the file of a document.
        overrides: What a person decided about a file that does not say its types.
        work: Is told of the reading of a document, and may stop it.

    Raises:
        FileMissingError: There is no file and none may be made.
        FileFormatError: The file is of another kind than `engine`, or of none.
        EncryptionError: The password is missing or wrong.
        MissingDependencyError: The engine needs a package that is not installed.
    """
    path = path.absolute()  # a driver takes 'file:x' for a URI, and the program may move on
    plan = OpeningPlan(
        str(path),
        is_read_only=read_only,
        is_encrypted=password is not None,
        password=password,
        timeout_s=timeout_s,
        durability=durability,
        max_connections=max_connections,
    )
    opening = Opening(
        plan, options=options, saves_commits=saves_commits, overrides=overrides, work=work
    )
    asked = _known(engine) if engine is not None else None
    found = None if not is_there(path) else identify(path, asked)
    if found is not None:
        return _open_existing(found, path, opening, asked)
    if not create or read_only:
        if path.is_file():
            raise EmptyFileError(
                f"'{path}' is empty: it holds no data at all. If it was a copy, copy it again.",
                details={"path": str(path)},
            )
        raise FileMissingError(
            f"There is no file '{path}'. Check the name; it may have been moved or deleted.",
            details={"path": str(path)},
        )
    return _open_new(path, opening, asked)


def memory_engine(engine: str | None = None, options: BackendOptions | None = None) -> Engine:
    """Return an engine on a new, empty database in memory."""
    name = _known(engine or "pytuck")
    if name == "duckdb":
        return _open_duckdb(Opening(OpeningPlan(_MEMORY, durability="off"), options=options))
    return MemoryEngine(name="sqlite" if name == "sqlite" else "pytuck")


def _open_new(path: Path, opening: Opening, asked: str | None) -> Engine:
    if not path.parent.is_dir():
        raise DatabaseConnectionError(
            f"'{path}' cannot be made: there is no folder '{path.parent}'. Make it first.",
            details={"path": str(path)},
        )
    return ENGINES[asked or name_for_new_file(path)](opening)


def _open_existing(found: Found, path: Path, opening: Opening, asked: str | None) -> Engine:
    facts = found.facts
    name = found.document if facts is None else _BY_KIND[facts.kind]
    assert name is not None
    _refuse_other_kind(path, name, asked)
    plan = opening.plan
    reason: ReadOnlyReason | None = None
    if plan.is_read_only or _asks_for_reading_only(opening.options):
        reason = "asked"
    elif not (facts.is_writable if facts is not None else _is_writable_document(path)):
        reason = "permission"
    elif facts is not None and facts.format_version > FORMAT_VERSION:
        reason = "newer format"
    opening = replace(opening, facts=facts, read_only_reason=reason)
    if facts is None or facts.kind is FileKind.OLD_PYTUCK:
        return ENGINES[name](opening)
    if plan.password is not None and facts.kind is not FileKind.ENCRYPTED:
        raise ConfigurationError(
            f"'{facts.path}' is not encrypted; open it without a password.",
            details={"path": str(facts.path)},
        )
    plan = replace(
        plan,
        is_read_only=reason is not None,
        can_write_file=facts.is_writable,
        is_encrypted=facts.kind is FileKind.ENCRYPTED,
    )
    return ENGINES[asked or name](replace(opening, plan=plan))


def _is_writable_document(path: Path) -> bool:
    path = path.resolve()  # what counts is the file, not a link to it
    return is_writable(path) and can_be_locked(path)


def _refuse_other_kind(path: Path, found: str, asked: str | None) -> None:
    """Refuse an engine that the file is not for.

    A `.pytuck` file is a SQLite database, too, and the old library's files open as `.pytuck`.
    """
    if asked is None or asked == found or (found, asked) in _BOTH:
        return
    what = "no .pytuck file" if asked == "pytuck" else f"not {_NAMES[asked]}"
    raise FileFormatError(
        f"'{path}' is {_NAMES[found]}, {what}. Open it with engine='{found}'.",
        details={"path": str(path), "found": _NAMES[found]},
    )


_BOTH = {("pytuck", "sqlite"), ("ptk", "pytuck")}


def _asks_for_reading_only(options: BackendOptions | None) -> bool:
    return isinstance(options, (DuckdbBackendOptions, ExcelBackendOptions)) and options.read_only


def _with_password(
    options: BackendOptions | None, password: str | None, name: str
) -> BackendOptions | None:
    """Return the options of a document with the password that the storage was given.

    Raises:
        ConfigurationError: Files of this format have none.
    """
    if password is None:
        return options
    if name == "ptk":
        return PytuckBackendOptions(password=password)
    if name == "csv":
        given = options if isinstance(options, CsvBackendOptions) else CsvBackendOptions()
        return replace(given, password=password)
    if name == "jsonl":
        lines = options if isinstance(options, JsonlBackendOptions) else JsonlBackendOptions()
        return replace(lines, password=password)
    raise ConfigurationError(
        f"Files of the engine '{name}' cannot have a password. Take the pytuck engine for that."
    )


def _known(name: str) -> str:
    """Return the name of an engine without its older names."""
    if name not in ENGINES or name == "ptk":
        names = ", ".join(name for name in ENGINES if name != "ptk")
        raise ConfigurationError(f"There is no engine '{name}'. The engines are: {names}.")
    return "pytuck" if name == "binary" else name
