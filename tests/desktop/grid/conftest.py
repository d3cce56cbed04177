from __future__ import annotations

from pathlib import Path

import pytest

from pytuck import Column, Storage


@pytest.fixture
def items(tmp_path) -> Path:
    """A file with one table of fifty rows."""
    path = tmp_path / "shop.pytuck"
    with Storage(path) as storage:
        storage.create_table(
            "items",
            [
                Column(int, name="id", primary_key=True),
                Column(str, name="name"),
                Column(int, name="price"),
            ],
        )
        storage.bulk_insert("items", [{"name": f"item {n}", "price": n} for n in range(1, 51)])
    return path
