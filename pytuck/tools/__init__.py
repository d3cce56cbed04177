"""Moving data: import, export, conversion, and Python code of models.

`importing`, `exporting` and `converting` have the plans: plain data that dialogs and the command
line fill in, with `preview()` and `run()`; `report` is what they give back. `sources` reads files
of any kind, `targets` has new ones appear when they are complete. `models` writes Python code;
`migrate` and `load_external` have the functions of the existing `pytuck` library.
"""

from pytuck.tools.converting import ConversionPlan
from pytuck.tools.import_way import TableImport
from pytuck.tools.importing import ImportPlan
from pytuck.tools.report import BadRow, Report, TableReport

__all__ = ["BadRow", "ConversionPlan", "ImportPlan", "Report", "TableImport", "TableReport"]
