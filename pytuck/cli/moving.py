"""`pytuck convert`, `import`, `export` and `models`."""

from __future__ import annotations

import argparse
import sys

from pytuck import ConfigurationError, Storage
from pytuck.cli.progress import ProgressLine
from pytuck.tools import (
    ConversionPlan,
    ExportOptions,
    ExportPlan,
    ImportPlan,
    Report,
    TableImport,
    model_code,
)

_SOME_ROWS_BAD = 3


def convert(options: argparse.Namespace) -> int:
    """Convert a whole store."""
    plan = ConversionPlan(
        options.source,
        options.target,
        options.source_engine,
        options.engine,
        source_password=options.password,
        target_password=options.target_password,
        tables=options.table,
        overwrite=options.overwrite,
        verify=not options.no_verify,
    )
    for warning in plan.preview().warnings:
        print(warning, file=sys.stderr)
    return _run(plan, options)


def import_file(options: argparse.Namespace) -> int:
    """Take the tables of a file into a database."""
    plan = ImportPlan(
        options.file,
        options.database,
        options.engine,
        password=options.password,
        on_conflict=options.on_conflict,
        on_bad_row="stop" if options.stop else "collect",
        dry_run=options.dry_run,
    )
    plan.tables = _table_imports(plan, options)
    return _run(plan, options)


def export(options: argparse.Namespace) -> int:
    """Write tables for other programs."""
    plan = ExportPlan(
        options.database,
        options.target,
        options.format,
        options.table,
        options=ExportOptions(
            header=not options.no_header,
            null_text=options.null,
            indent=options.indent,
            protect_formulas=not options.keep_formulas,
            delimiter=options.delimiter,
            encoding=options.encoding,
        ),
        overwrite=options.overwrite,
        password=options.password,
    )
    return _run(plan, options)


def write_models(options: argparse.Namespace) -> int:
    """Print Python code of models."""
    with Storage(
        options.database, read_only=True, create=False, password=options.password
    ) as storage:
        print(model_code(storage, tables=options.table), end="")
    return 0


def _table_imports(plan: ImportPlan, options: argparse.Namespace) -> list[TableImport] | None:
    """Return how the tables are imported; None for all of them as they are."""
    details = (options.table, options.primary_key, options.type, options.column)
    if options.from_table is None and not any(details):
        return None
    source = options.from_table or _only_table(plan)
    columns = {name: target or None for name, target in map(_pair, options.column)}
    return [
        TableImport(
            source,
            options.table,
            columns,
            dict(map(_pair, options.type)),
            options.primary_key,
            options.on_conflict,
        )
    ]


def _only_table(plan: ImportPlan) -> str:
    names = plan.source_tables()
    if len(names) != 1:
        raise ConfigurationError(
            f"'{plan.source}' has {len(names)} tables ({', '.join(names)}). Say which one is "
            "meant: --from-table."
        )
    return names[0]


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise ConfigurationError(f"'{text}' must have a name, an equals sign and a value.")
    return name, value


def _run(plan: ConversionPlan | ImportPlan | ExportPlan, options: argparse.Namespace) -> int:
    line = ProgressLine(is_quiet=options.quiet)
    try:
        report = plan.run(line)
    finally:
        line.clear()
    _show(report)
    return _SOME_ROWS_BAD if report.bad else 0


def _show(report: Report) -> None:
    for note in report.notes:
        print(note, file=sys.stderr)
    for row in report.bad_rows:
        print(row, file=sys.stderr)
    if report.protected_cells:
        print(
            f"{report.protected_cells:,} texts got an apostrophe, so that no spreadsheet takes "
            "them for formulas.",
            file=sys.stderr,
        )
    for table in report.tables:
        counts = {
            "updated": table.updated,
            "skipped": table.skipped,
            "bad": table.bad,
        }
        others = "".join(f", {count:,} {name}" for name, count in counts.items() if count)
        print(f"{table.table}: {table.inserted:,} rows{others}")
    kept = "Nothing was kept." if report.is_dry_run else f"{report.target}"
    print(f"{kept} ({report.seconds:.1f} s)")
