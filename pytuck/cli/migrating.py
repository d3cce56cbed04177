"""`pytuck migrate`: versions of the structure of a database."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pytuck import ConfigurationError, Storage
from pytuck.cli.progress import ProgressLine
from pytuck.migrations import (
    MigrationReport,
    Migrations,
    RehearsedStep,
    RevisionState,
    Settings,
    declared_tables,
    draft_revision,
    read_settings,
    write_settings,
)
from pytuck.schema import Proposal, Renames, RenameTable, Table

_SOMETHING_IS_WRONG = 3


def add_migrate(commands: Any) -> None:
    """Add the command with all of its own commands."""
    whole = commands.add_parser("migrate", help="versions of the structure of a database")
    own = whole.add_subparsers(dest="migrate_command", required=True)
    command = _command(own, "init", _init, "begin a folder of revisions for a database")
    command.add_argument("database", type=Path)
    command.add_argument("--engine", help="else the file's content or name says it")
    command.add_argument("--models", action="append", default=[], metavar="MODULE")
    command = _command(own, "new", _new, "write a new revision script")
    command.add_argument("message", help="what it does, in words")
    command.add_argument("--auto", action="store_true", help="from the difference to the models")
    command.add_argument(
        "--drop-tables", action="store_true", help="drop tables that have no model"
    )
    command.add_argument("--rename", action="append", default=[], metavar="OLD=NEW")
    command.add_argument("--parent", action="append", metavar="REVISION", help="else the head")
    command = _command(own, "upgrade", _upgrade, "apply revisions")
    command.add_argument("to", nargs="?", default="heads", help="a revision, +1, or all (heads)")
    _running(command)
    command = _command(own, "downgrade", _downgrade, "take revisions back")
    command.add_argument("to", help="the revision that stays, -1, or base")
    _running(command)
    command = _command(own, "stamp", _stamp, "note revisions as applied, and do nothing else")
    command.add_argument("to", help="a revision, heads, or base")
    _command(own, "current", _current, "say which revision the database has")
    _command(own, "history", _history, "list all revisions")
    _command(own, "check", _check, "say what is pending, edited, or differs from the models")


def _command(
    commands: Any, name: str, run: Callable[[argparse.Namespace], int], help_text: str
) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=help_text)
    command.add_argument(
        "--folder", type=Path, default=Path("migrations"), help="of the revisions; migrations"
    )
    command.add_argument("--password", help="opens an encrypted database")
    command.add_argument("--quiet", action="store_true", help="show no progress")
    command.set_defaults(run=run)
    return command


def _running(command: argparse.ArgumentParser) -> None:
    command.add_argument("--dry-run", action="store_true", help="say what would be done, and cost")
    command.add_argument(
        "--no-backup", action="store_true", help="make no copy even if data is lost"
    )


# --- The commands ---


def _init(options: argparse.Namespace) -> int:
    settings = Settings(options.database, options.engine, tuple(options.models))
    print(write_settings(options.folder, settings))
    return 0


def _new(options: argparse.Namespace) -> int:
    with _opened(options) as migrations:
        if not options.auto:
            print(migrations.new(options.message, parents=options.parent))
            return 0
        return _draft(migrations, options)


def _draft(migrations: Migrations, options: argparse.Namespace) -> int:
    """Write a script of the difference to the models; ask what was renamed, where it may be so."""
    renames = _renames(options.rename)
    wanted = _declared(options)
    draft = migrations.draft(wanted, renames, drop_tables=options.drop_tables)
    agreed = [proposal.change for proposal in draft.proposals if _is_agreed(proposal)]
    if agreed:
        more = Renames.of(agreed)
        renames = Renames({**renames.tables, **more.tables}, {**renames.columns, **more.columns})
        draft = migrations.draft(wanted, renames, drop_tables=options.drop_tables)
    for sentence in draft.impossible:
        print(sentence, file=sys.stderr)
    if not draft.upgrade:
        print("The database is as the models say; there is nothing to do.")
        return 0
    upgrade, downgrade, imports = draft.code()
    path = migrations.new(
        options.message,
        parents=options.parent,
        upgrade=upgrade,
        downgrade=downgrade,
        imports=imports,
    )
    for change in draft.upgrade:
        print(f"  {change.describe()}")
    print(path)
    return 0


def _declared(options: argparse.Namespace) -> list[Table]:
    settings = read_settings(options.folder)
    if not settings.models:
        raise ConfigurationError(
            f"'{options.folder / 'settings.toml'}' does not say which modules declare the models: "
            'models = ["shop.models"].'
        )
    return declared_tables(settings.models, Path.cwd())


def _renames(pairs: list[str]) -> Renames:
    """Return the renames of `users=people` and `users.name=full_name`."""
    tables: dict[str, str] = {}
    columns: dict[tuple[str, str], str] = {}
    for pair in pairs:
        old, sign, new = pair.partition("=")
        table, dot, column = old.partition(".")
        new = new.removeprefix(f"{table}.")
        if not (sign and table and new) or bool(dot) != bool(column):
            raise ConfigurationError(
                f"'{pair}' does not say what was renamed: TABLE=NEW or TABLE.COLUMN=NEW."
            )
        if dot:
            columns[table, column] = new
        else:
            tables[table] = new
    return Renames(tables, columns)


def _is_agreed(proposal: Proposal) -> bool:
    """Ask whether something was renamed; where nobody can answer, say how to say it."""
    change = proposal.change
    if isinstance(change, RenameTable):
        old, new = change.table, change.new_name
    else:
        old, new = f"{change.table}.{change.column}", change.new_name
    if not sys.stdin.isatty():
        print(
            f"'{old}' may have become '{new}'. If so, take this script away and say "
            f"--rename {old}={new}: now it drops the one and makes the other.",
            file=sys.stderr,
        )
        return False
    answer = input(f"Was '{old}' renamed to '{new}' ({proposal.likeness:.0%} alike)? [y/N] ")
    return answer.strip().lower() in {"y", "yes"}


def _upgrade(options: argparse.Namespace) -> int:
    if options.dry_run:
        with _opened(options, read_only=True) as migrations:
            return _show_rehearsal(migrations.rehearse_upgrade(options.to))
    with _opened(options) as migrations:
        with _progress(options) as line:
            report = migrations.upgrade(options.to, backup=not options.no_backup, progress=line)
        return _show(report, "applied")


def _downgrade(options: argparse.Namespace) -> int:
    if options.dry_run:
        with _opened(options, read_only=True) as migrations:
            return _show_rehearsal(migrations.rehearse_downgrade(options.to))
    with _opened(options) as migrations:
        with _progress(options) as line:
            report = migrations.downgrade(options.to, backup=not options.no_backup, progress=line)
        return _show(report, "taken back")


def _stamp(options: argparse.Namespace) -> int:
    with _opened(options) as migrations:
        migrations.stamp(options.to)
    return 0


def _current(options: argparse.Namespace) -> int:
    with _opened(options, read_only=True) as migrations:
        for item in migrations.current():
            print(f"{item.id}  {item.message}")
    return 0


def _history(options: argparse.Namespace) -> int:
    with _opened(options, read_only=True) as migrations:
        states = migrations.history()
    for item in states:
        print(f"{item.id}  {_state(item):32}  {item.message}{_parents(item, states)}")
    return 0


def _check(options: argparse.Namespace) -> int:
    with _opened(options, read_only=True) as migrations:
        problems = [
            f"{item.id}  {_state(item)}: {item.message}"
            for item in migrations.history()
            if item.applied is None or item.is_edited or item.path is None
        ]
        if not migrations.pending() and read_settings(options.folder).models:
            draft = draft_revision(migrations.storage, _declared(options))
            problems += [f"The models differ: {change.describe()}" for change in draft.upgrade]
    print("\n".join(problems) if problems else "All revisions are applied.")
    return _SOMETHING_IS_WRONG if problems else 0


# --- How they are done ---


@contextmanager
def _opened(options: argparse.Namespace, *, read_only: bool = False) -> Iterator[Migrations]:
    settings = read_settings(options.folder)
    read_only = read_only and settings.database.exists()
    storage = Storage(
        settings.database, engine=settings.engine, read_only=read_only, password=options.password
    )
    try:
        yield Migrations(storage, options.folder)
    except BaseException:
        storage.discard()  # a document that was not written stays as it was
        raise
    storage.close()


@contextmanager
def _progress(options: argparse.Namespace) -> Iterator[ProgressLine]:
    line = ProgressLine(is_quiet=options.quiet)
    try:
        yield line
    finally:
        line.clear()


def _show(report: MigrationReport, what: str) -> int:
    for note in report.notes:
        print(note, file=sys.stderr)
    for item in report.revisions:
        print(f"{item.id}  {what} in {item.duration_s:.2f} s: {item.message}")
    if report.backup is not None:
        print(f"The database as it was before: {report.backup}")
    if not report.revisions:
        print("There was nothing to do.")
    return 0


def _show_rehearsal(steps: list[RehearsedStep]) -> int:
    revision = None
    for step in steps:
        if step.revision != revision:
            revision = step.revision
            print(f"-- revision {revision}")
        costs = [f"{step.rows_rewritten:,} rows rewritten"] if step.rows_rewritten else []
        costs += [f"LOST: {step.data_lost}"] if step.data_lost else []
        print(f"-- {step.description}" + (f" ({'; '.join(costs)})" if costs else ""))
        for sql in step.statements:
            print(f"{sql};")
    if not steps:
        print("-- There is nothing to do.")
    return 0


def _state(item: RevisionState) -> str:
    if item.path is None:
        return "applied; the script is gone"
    if item.applied is None:
        return "pending"
    edited = "; edited since" if item.is_edited else ""
    return f"applied {item.applied:%Y-%m-%d %H:%M} UTC{edited}"


def _parents(item: RevisionState, states: list[RevisionState]) -> str:
    """Return what a revision stands on, where that is not simply the one before it."""
    place = states.index(item)
    before = (states[place - 1].id,) if place else ()
    if item.path is None or item.parents == before:
        return ""
    return f"  (on {', '.join(item.parents)})" if item.parents else "  (a beginning)"
