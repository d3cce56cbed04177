"""What SQL a statement or a table definition is, in one dialect.

`compile_statement` is the way in; `statements` and `expressions` write the SQL, `shapes` knows
which statements share it, `ddl` writes tables, `dialects` holds what differs between databases.
No other package contains SQL.
"""

from pytuck.compiler.cache import compile_statement
from pytuck.compiler.compiled import Compiled, ResultColumn, Template

__all__ = ["Compiled", "ResultColumn", "Template", "compile_statement"]
