"""What the worker does for each operation. Only this package touches the engine.

`open_file` holds the open storage and its views, `browsing` reads, `searching` looks through rows,
`relations` follows foreign keys, `parents` finds what they may refer to, `profiling` works out what
a column holds, `watching` hears of commits, `editing` writes, `converting` takes files of the old
library over.
"""

from collections.abc import Callable

from pytuck_desktop.worker.handlers import (
    browsing,
    converting,
    editing,
    parents,
    profiling,
    relations,
    searching,
    values,
)
from pytuck_desktop.worker.handlers.open_file import OpenFile
from pytuck_desktop.worker.protocol import Plain

Operation = Callable[[OpenFile, dict[str, Plain]], Plain]

OPERATIONS: dict[str, Operation] = {
    "open": browsing.open_file,
    "tables": browsing.tables,
    "count": browsing.count,
    "ask": browsing.ask,
    "view_open": browsing.view_open,
    "view_close": browsing.view_close,
    "page": browsing.page,
    "rows": browsing.page,
    "locate": browsing.locate,
    "cell": browsing.cell,
    "rows_of": browsing.rows_of,
    "locate_key": browsing.locate_key,
    "pause": browsing.pause,
    "share_changes": browsing.share_changes,
    "profile": profiling.profile,
    "parent_rows": parents.parent_rows,
    "find": searching.find,
    "apply": editing.apply,
    "statement_texts": editing.statement_texts,
    "insert_texts": editing.insert_texts,
    "convert_old": converting.convert_old,
    "value_part": values.value_part,
    "find_row": relations.find_row,
    "referring_rows": relations.referring_rows,
    "referring_count": relations.referring_count,
}
"""The operations by the name under which they are requested. `rows` is a `page` that no other page
overtakes: somebody waits for these very rows.
"""

SLOW_OPERATIONS = frozenset(
    {
        "ask",
        "count",
        "find_row",
        "parent_rows",
        "profile",
        "referring_count",
        "referring_rows",
        "value_part",
    }
)
"""Operations that run beside the others, each in a thread and on a connection of its own."""

__all__ = ["OPERATIONS", "SLOW_OPERATIONS", "OpenFile", "Operation"]
