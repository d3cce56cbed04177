"""An Excel workbook with a sheet for each table.

pip install 'pytuck-desktop[excel]'
python examples/engines/excel_workbook.py
"""

from __future__ import annotations

from datetime import date

from pytuck import Column, Storage
from pytuck.common.options import ExcelBackendOptions

with Storage("invoices.xlsx") as storage:
    storage.create_table(
        "invoices",
        [
            Column(int, name="id", primary_key=True),
            Column(str, name="customer"),
            Column(date, name="paid"),
            Column(float, name="amount"),
        ],
    )
    storage.bulk_insert(
        "invoices",
        [
            {"customer": "=SUM(A1:A9)", "paid": date(2026, 1, 2), "amount": 12.5},  # just a text
            {"customer": "Ada", "paid": None, "amount": 99.0},
        ],
    )

options = ExcelBackendOptions(row_numbers="row")
with Storage("invoices.xlsx", backend_options=options, read_only=True) as storage:
    for row in storage.query("invoices", []):
        print(row)
