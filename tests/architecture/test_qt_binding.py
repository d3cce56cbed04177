"""The one fault of PySide6 that the dependency excludes.

6.12.0 drops a reference to None on every call without a result, on Python 3.11; the process
aborts after a few thousand calls.
"""

from __future__ import annotations

import sys

import pytest
from PySide6.QtCore import QObject


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal there")
def test_calls_without_a_result_keep_the_references_to_none():
    target = QObject()
    before = sys.getrefcount(None)
    for _ in range(1000):
        target.setObjectName("name")
    assert abs(sys.getrefcount(None) - before) < 100
