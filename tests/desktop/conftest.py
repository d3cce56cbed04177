from __future__ import annotations

import pytest

from pytuck import Column, Storage
from pytuck_desktop.theme.theme import QT_ARGUMENTS
from tests.desktop.driver import Driver
from tests.desktop.office import Office


@pytest.fixture(scope="session")
def qapp_args():
    return list(QT_ARGUMENTS)


@pytest.fixture
def shop(tmp_path):
    """A small shop: customers, and the orders that refer to them."""
    path = tmp_path / "shop.pytuck"
    with Storage(path) as storage:
        storage.create_table(
            "customers",
            [
                Column(int, name="id", primary_key=True),
                Column(str, name="name", nullable=False),
                Column(int, name="age"),
                Column(str, name="note"),
            ],
        )
        storage.create_table(
            "orders",
            [
                Column(int, name="id", primary_key=True),
                Column(int, name="customer_id", foreign_key="customers.id"),
                Column(float, name="total", default=0.0),
            ],
        )
        storage.bulk_insert(
            "customers", [{"name": f"Customer {n}", "age": n % 90} for n in range(1, 1001)]
        )
        storage.bulk_insert("orders", [{"customer_id": n, "total": n / 4} for n in range(1, 11)])
    return path


@pytest.fixture
def office():
    office = Office()
    yield office
    office.close()


@pytest.fixture
def driver(qtbot, tmp_path):
    driver = Driver(qtbot, tmp_path / "settings.ini")
    yield driver
    driver.close()
