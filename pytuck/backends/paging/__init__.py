"""Rows by position, for scrolling through millions of them without `OFFSET`.

`row_order` is the way in. `key_scan` finds rows of a table in the order of its key, by estimate
first and by anchors gathered while counting; `built_order` keeps any other order in a temporary
table, which `order_questions` asks for more than pages. `row_page` is what they give;
`damaged_text` reads what other programs wrote, and `wide_questions` tables of very many columns.
"""

from pytuck.backends.paging.row_order import RowOrder
from pytuck.backends.paging.row_page import Identity, RowPage

__all__ = ["Identity", "RowOrder", "RowPage"]
