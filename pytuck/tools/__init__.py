"""Moving data: import, export, conversion, and Python code of models.

`importing`, `exporting` and `converting` have the plans: plain data that dialogs and the command
line fill in, with `preview()` and `run()`; `report` is what they give back. `sources` reads files
of any kind, `targets` has new ones appear when they are complete. `models` writes Python code;
`migrate` and `load_external` have the functions of the existing `pytuck` library, and `old_files`
takes its files over.
"""

from pytuck.tools.converting import ConversionPlan
from pytuck.tools.exporters.base import ExportOptions
from pytuck.tools.exporters.registry import EXPORT_FORMATS
from pytuck.tools.exporting import ExportPlan
from pytuck.tools.import_way import TableImport
from pytuck.tools.importing import ImportPlan
from pytuck.tools.load_external import load_table
from pytuck.tools.migrate import (
    get_available_engines,
    get_available_source_types,
    import_from_database,
    migrate_engine,
)
from pytuck.tools.models import model_code
from pytuck.tools.old_files import convert_old_file
from pytuck.tools.report import BadRow, Report, TableReport

__all__ = [
    "EXPORT_FORMATS",
    "BadRow",
    "ConversionPlan",
    "ExportOptions",
    "ExportPlan",
    "ImportPlan",
    "Report",
    "TableImport",
    "TableReport",
    "convert_old_file",
    "get_available_engines",
    "get_available_source_types",
    "import_from_database",
    "load_table",
    "migrate_engine",
    "model_code",
]
