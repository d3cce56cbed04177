"""The names that users of the `pytuck` library import from here; see `pytuck.query`."""

from pytuck.query.expressions import Condition as BinaryExpression
from pytuck.query.expressions import Condition as LogicalExpression
from pytuck.query.expressions import and_, not_, or_
from pytuck.query.field_conditions import FieldCondition as Condition

__all__ = ["BinaryExpression", "Condition", "LogicalExpression", "and_", "not_", "or_"]
