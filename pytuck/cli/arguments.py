"""What can be asked of the `pytuck` command."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pytuck import __version__
from pytuck.cli.info import show_info
from pytuck.cli.migrating import add_migrate
from pytuck.cli.moving import convert, export, import_file, write_models
from pytuck.cli.passwords import VARIABLE
from pytuck.cli.upkeep import backup, change_password, check, compact
from pytuck.tools import EXPORT_FORMATS

_POLICIES = ("abort", "skip", "replace", "update")


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command's arguments; each command has what runs it as `run`."""
    whole = argparse.ArgumentParser(
        prog="pytuck",
        description="Look into database files, look after them, and move data between them.",
        epilog=f"The password of an encrypted file is asked for, or taken from {VARIABLE}.",
    )
    whole.add_argument("--version", action="version", version=f"pytuck {__version__}")
    commands = whole.add_subparsers(dest="command", required=True)
    _info(commands)
    _convert(commands)
    _import(commands)
    _export(commands)
    _models(commands)
    _upkeep(commands)
    add_migrate(commands)
    return whole


def _info(commands: Any) -> None:
    command = commands.add_parser("info", help="say what a file is and which tables it has")
    command.add_argument("file", type=Path)
    command.add_argument("--sizes", action="store_true", help="say how much room each table takes")
    command.add_argument("--password", help="opens an encrypted file")
    command.set_defaults(run=show_info)


def _convert(commands: Any) -> None:
    command = commands.add_parser("convert", help="make a store of another kind of a whole store")
    command.add_argument("source", type=Path)
    command.add_argument("target", type=Path)
    command.add_argument("--engine", help="of the target; else its name says it")
    command.add_argument("--source-engine", help="of the source; else its content says it")
    command.add_argument("--password", help="opens an encrypted source")
    command.add_argument("--target-password", help="encrypts the target")
    command.add_argument("--table", action="append", help="only this one; may be given again")
    command.add_argument("--no-verify", action="store_true", help="do not read the target back")
    _overwrite(command)
    _quiet(command)
    command.set_defaults(run=convert)


def _import(commands: Any) -> None:
    command = commands.add_parser("import", help="take the tables of a file into a database")
    command.add_argument("file", type=Path)
    command.add_argument("database", type=Path, help="made if it does not exist")
    command.add_argument("--engine", help="of the file; else its content says it")
    command.add_argument("--from-table", help="only this table of the file")
    command.add_argument("--table", help="the table it goes into, with --from-table or one table")
    command.add_argument("--primary-key", help="of a new table")
    command.add_argument(
        "--type", action="append", default=[], metavar="COLUMN=TYPE", help="such as born=DATE"
    )
    command.add_argument(
        "--column", action="append", default=[], metavar="FROM=TO", help="nothing leaves it out"
    )
    command.add_argument("--on-conflict", choices=_POLICIES, default="abort")
    command.add_argument("--stop", action="store_true", help="end at the first bad row")
    command.add_argument("--dry-run", action="store_true", help="check all and keep nothing")
    command.add_argument("--password", help="opens an encrypted file")
    _quiet(command)
    command.set_defaults(run=import_file)


def _export(commands: Any) -> None:
    command = commands.add_parser("export", help="write tables for other programs")
    command.add_argument("database", type=Path)
    command.add_argument("target", type=Path)
    command.add_argument("--format", choices=sorted(EXPORT_FORMATS), help="else its name says it")
    command.add_argument("--table", action="append", help="only this one; may be given again")
    command.add_argument("--no-header", action="store_true", help="without names of columns")
    command.add_argument("--null", default="", metavar="TEXT", help="what stands for NULL")
    command.add_argument("--delimiter", default=",", help="between fields of CSV")
    command.add_argument("--encoding", default="utf-8")
    command.add_argument("--indent", type=int, help="of JSON")
    command.add_argument(
        "--keep-formulas",
        action="store_true",
        help="write texts that spreadsheets would run as formulas as they are",
    )
    command.add_argument("--password", help="opens an encrypted database")
    _overwrite(command)
    _quiet(command)
    command.set_defaults(run=export)


def _models(commands: Any) -> None:
    command = commands.add_parser("models", help="write Python code of models for the tables")
    command.add_argument("database", type=Path)
    command.add_argument("--table", action="append", help="only this one; may be given again")
    command.add_argument("--password", help="opens an encrypted database")
    command.set_defaults(run=write_models)


def _upkeep(commands: Any) -> None:
    command = commands.add_parser("check", help="say what is wrong with a file, if anything is")
    _file(command, check)
    command = commands.add_parser("backup", help="copy a file that may be in use")
    _file(command, backup)
    command.add_argument("target", type=Path)
    _overwrite(command)
    command = commands.add_parser("compact", help="give the room of deleted rows back")
    _file(command, compact)
    command = commands.add_parser("password", help="encrypt a file, or change its password")
    _file(command, change_password)
    command.add_argument("--remove", action="store_true", help="take the password away")
    command.add_argument("--new-password", help="else it is asked for, or read from the input")


def _file(command: argparse.ArgumentParser, run: Callable[[argparse.Namespace], int]) -> None:
    command.add_argument("file", type=Path)
    command.add_argument("--password", help="opens an encrypted file")
    _quiet(command)
    command.set_defaults(run=run)


def _overwrite(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--overwrite", action="store_true", help="take the place of what stands at the target"
    )


def _quiet(command: argparse.ArgumentParser) -> None:
    command.add_argument("--quiet", action="store_true", help="show no progress")
