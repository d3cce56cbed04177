"""A DuckDB file, for questions over many rows.

pip install 'pytuck-desktop[duckdb]'
python examples/engines/duckdb_file.py
"""

from __future__ import annotations

from pytuck import Column, Storage, func, select

with Storage("weather.duckdb") as storage:
    storage.create_table(
        "readings",
        [Column(str, name="city"), Column(int, name="day"), Column(float, name="degrees")],
    )
    storage.bulk_insert(
        "readings",
        [
            {"city": city, "day": day, "degrees": 10 + (day * factor) % 17 / 2}
            for city, factor in (("Bonn", 7), ("Lyon", 5))
            for day in range(10_000)
        ],
    )
    c = storage.tables["readings"].c
    question = (
        select(c.city, func.avg(c.degrees), func.max(c.degrees)).group_by(c.city).order_by(c.city)
    )
    for city, mean, highest in storage.execute(question):
        print(f"{city}: {mean:.2f} on average, {highest} at most")
