"""A plugin for mypy: lets `Base = declarative_base(storage)` be a base class.

    [tool.mypy]
    plugins = ["pytuck.mypy_plugin"]

Everything else needs no plugin, and other type checkers need none at all; nor does the class form,
`class Base(DeclarativeBase, storage=storage): ...`. Nothing in `pytuck` imports this module.
Source: https://mypy.readthedocs.io/en/stable/extending_mypy.html
"""

from __future__ import annotations

from collections.abc import Callable

from mypy.nodes import GDEF, NameExpr, SymbolTableNode, TypeInfo
from mypy.plugin import DynamicClassDefContext, Plugin
from mypy.types import Instance

_FUNCTION = "pytuck.core.declarative.declarative_base"
_PLAIN = "pytuck.core.models.PureBaseModel"
_ACTIVE = "pytuck.core.active_record.CRUDBaseModel"


class PytuckPlugin(Plugin):
    """Makes a class of what `declarative_base` returns."""

    def get_dynamic_class_hook(
        self, fullname: str
    ) -> Callable[[DynamicClassDefContext], None] | None:
        """Return what handles `name = declarative_base(...)`."""
        return _define_base if fullname == _FUNCTION else None


def plugin(version: str) -> type[Plugin]:
    """Return the plugin's class; mypy calls this."""
    return PytuckPlugin


def _define_base(context: DynamicClassDefContext) -> None:
    is_active = any(
        name == "crud" and isinstance(value, NameExpr) and value.name == "True"
        for name, value in zip(context.call.arg_names, context.call.args, strict=True)
    )
    symbol = context.api.lookup_fully_qualified_or_none(_ACTIVE if is_active else _PLAIN)
    if symbol is None or not isinstance(symbol.node, TypeInfo):
        context.api.defer()
        return
    parent = Instance(symbol.node, [])
    info = context.api.basic_new_typeinfo(context.name, parent, context.call.line)
    context.api.add_symbol_table_node(context.name, SymbolTableNode(GDEF, info))
