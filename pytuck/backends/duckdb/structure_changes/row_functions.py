"""Python functions that give the values of columns while DuckDB copies rows."""

from __future__ import annotations

import contextlib
import functools
import itertools
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pytuck.backends.duckdb.connection import DuckDBConnection
from pytuck.backends.duckdb.values import Reader, decimal_excess, reader_of
from pytuck.common.exceptions import PytuckException, TypeConversionError
from pytuck.compiler.dialects import DUCKDB, duckdb_changes, duckdb_conversions
from pytuck.compiler.dialects.duckdb import column_type
from pytuck.schema import Column, Table, ValueConversion
from pytuck.types import TYPES, ColumnType, DecimalType, Stored

_AS_THEY_ARE = frozenset(["BIGINT", "DOUBLE", "BOOLEAN", "BLOB", "VARCHAR"])
"""Types whose values a function returns; it returns those of others as text."""

_numbers = itertools.count(1)
"""A name that was used before cannot be used again after a transaction that was rolled back."""


@dataclass
class RowFunctions:
    """Functions that one statement calls.

    They are registered for the time of a `with` block, inside the open transaction.

    Attributes:
        raised: What one of them raised; DuckDB would tell the text alone.
    """

    connection: DuckDBConnection
    raised: BaseException | None = None

    @contextlib.contextmanager
    def converting(self, table: Table, conversion: ValueConversion, native: str) -> Iterator[str]:
        """Give the SQL of a column's values as those of another type.

        Args:
            native: The type that DuckDB has for them.

        Raises:
            TypeConversionError: A value cannot be converted, and that is to stop everything.
        """
        old, new = conversion.old, conversion.type
        source = DUCKDB.quote(old.name)
        convert = _stored_by(conversion, reader_of(native), _returned(new))
        row = duckdb_changes.row_name(table.primary_key)
        with self._registered(convert, [native, "VARCHAR"], new) as name:
            call = duckdb_changes.cast_as(duckdb_changes.call(name, source, row), column_type(new))
            yield duckdb_conversions.conversion(old.type, new, source, call)

    @contextlib.contextmanager
    def keeping(self, conversion: ValueConversion, native: str) -> Iterator[str]:
        """Give the SQL of a column's values that cannot be converted, as text."""
        read = reader_of(native)

        def kept(found: Any) -> Any:
            return conversion.unconverted(read(found) if read and found is not None else found)

        with self._registered(kept, [native], TYPES[str]) as name:
            yield duckdb_changes.call(name, DUCKDB.quote(conversion.old.name))

    @contextlib.contextmanager
    def filling(self, column: Column, fill: Callable[[], Stored]) -> Iterator[str]:
        """Give the SQL of the values of a new column, which are asked for in the order of rows."""
        values = _InOrder(fill, _returned(column.type))
        with self._registered(values.of_row, ["BIGINT"], column.type) as name:
            called = duckdb_changes.call(name, duckdb_changes.ROW_NUMBER)
            yield duckdb_changes.cast_as(called, column_type(column.type))

    @contextlib.contextmanager
    def _registered(
        self, function: Callable[..., Any], parameters: list[str], result: ColumnType[Any]
    ) -> Iterator[str]:
        name = f"pytuck_row_function_{next(_numbers)}"
        native = column_type(result)
        raw: Any = self.connection.raw
        raw.create_function(
            name,
            self._watched(function),
            parameters,
            native if native in _AS_THEY_ARE else "VARCHAR",
            null_handling="special",
            side_effects=True,
        )
        try:
            yield name
        except PytuckException:
            if self.raised is not None:
                raise self.raised from None
            raise
        finally:
            # After an error it is gone already, with everything else of the transaction.
            if not self.connection.has_failed:
                raw.remove_function(name)

    def _watched(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)  # DuckDB counts its parameters
        def watched(*arguments: Any) -> Any:
            try:
                return function(*arguments)
            except BaseException as err:
                self.raised = self.raised or err
                raise

        return watched


def _stored_by(
    conversion: ValueConversion, read: Reader | None, returned: Callable[[Any], Any]
) -> Callable[[Any, str], Any]:
    def convert(found: Any, row: str) -> Any:
        if found is None:
            return None
        try:
            stored = conversion(read(found) if read else found)
            return None if stored is None else returned(stored)
        except TypeConversionError as err:
            raise TypeConversionError(
                f"{err.message} It is in the row {row}.",
                value=err.value,
                target_type=conversion.type.python_type,
                table_name=conversion.table,
                column_name=conversion.old.name,
            ) from err

    return convert


class _InOrder:
    """Gives each row its value, however many threads ask for the rows of their parts at once."""

    def __init__(self, fill: Callable[[], Stored], returned: Callable[[Any], Any]) -> None:
        self._fill, self._returned = fill, returned
        self._lock = threading.Lock()
        self._made = 0
        self._waiting: dict[int, Any] = {}

    def of_row(self, number: int) -> Any:
        with self._lock:
            while self._made < number:
                stored = self._fill()
                self._made += 1
                self._waiting[self._made] = None if stored is None else self._returned(stored)
            return self._waiting.pop(number)


def _returned(kind: ColumnType[Any]) -> Callable[[Any], Any]:
    """Return what makes of a stored value the one that DuckDB takes."""
    native = column_type(kind)
    if native == "BOOLEAN":
        return bool
    if isinstance(kind, DecimalType) and kind.precision is None:
        return _kept_decimal
    return str if native not in _AS_THEY_ARE else lambda stored: stored


def _kept_decimal(stored: Any) -> str:
    excess = decimal_excess(Decimal(stored))
    if excess:
        raise TypeConversionError(excess, value=stored, target_type=Decimal)
    return str(stored)
