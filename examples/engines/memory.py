"""A database in memory: for tests, and for results on their way.

python examples/engines/memory.py
"""

from __future__ import annotations

from pytuck import Column, Storage

with Storage() as storage:
    storage.create_table("numbers", [Column(int, name="n"), Column(bool, name="is_prime")])
    storage.bulk_insert(
        "numbers", [{"n": n, "is_prime": all(n % d for d in range(2, n))} for n in range(2, 30)]
    )
    primes = storage.query("numbers", [storage.tables["numbers"].c.is_prime == True])  # noqa: E712
    print([row["n"] for row in primes])
    storage.backup("numbers.pytuck")  # kept after all

with Storage("numbers.pytuck") as kept:
    assert kept.count_rows("numbers") == 28
