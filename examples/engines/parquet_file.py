"""A Parquet file or folder, for other programs that analyse data.

pip install 'pytuck-desktop[duckdb]'
python examples/engines/parquet_file.py
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from pytuck import Column, Storage

with Storage("sales.parquet") as storage:
    storage.create_table(
        "sales", [Column(int, name="id", primary_key=True), Column(float, name="amount")]
    )
    storage.bulk_insert("sales", [{"amount": n / 4} for n in range(1, 1001)])

file = next(Path().glob("sales.parquet/*.parquet"), Path("sales.parquet"))
print(duckdb.sql(f"select sum(amount) from read_parquet('{file.as_posix()}')").fetchall())
with Storage("sales.parquet") as storage:
    assert storage.count_rows("sales") == 1000
