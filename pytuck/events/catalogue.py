"""Which events there are: the names by the family of what is listened to.

A class takes part by naming its family as `__event_family__`; the bus needs to know no more of
it. What each listener is called with, and when, is said here and nowhere else.
"""

from __future__ import annotations

MODEL_EVENTS: dict[str, str] = {
    "before_insert": "A new instance is about to be inserted; changes of it are inserted, too.",
    "after_insert": "An instance was inserted and has its key.",
    "before_update": "A changed instance is about to be written; changes of it are written, too.",
    "after_update": "A changed instance was written.",
    "before_delete": "The row of an instance is about to be deleted.",
    "after_delete": "The row of an instance was deleted.",
    "before_bulk_insert": "A list of instances is about to be inserted by `bulk_insert`.",
    "after_bulk_insert": "A list of instances was inserted by `bulk_insert`.",
    "before_bulk_update": "A list of instances is about to be written by `bulk_update`.",
    "after_bulk_update": "A list of instances was written by `bulk_update`.",
    "before_bulk_delete": "The rows of a list are about to be deleted by `bulk_delete`.",
    "after_bulk_delete": "The rows of a list were deleted by `bulk_delete`.",
}
"""Listeners take the instance, or the list; and the session, if they have a second parameter.

Statements (`update(User)...`) and dictionaries given to a storage fire none of them.
"""

SESSION_EVENTS: dict[str, str] = {
    "before_flush": "Pending changes are about to be written; more may be added.",
    "after_flush": "Pending changes were written; they are not committed yet.",
    "before_commit": "The session is about to commit; more changes may be added.",
    "after_commit": "The transaction is durable.",
    "before_rollback": "The session is about to undo what was not committed.",
    "after_rollback": "Everything since the last commit is undone.",
}
"""Listeners take the session."""

STORAGE_EVENTS: dict[str, str] = {
    "before_load": "A file is about to be opened; to be heard by listening to the class.",
    "after_load": "A file is open.",
    "before_save": "A transaction is about to be made durable.",
    "after_save": "A transaction is durable.",
    "before_flush": "`flush()` was called.",
    "after_flush": "`flush()` is done.",
}
"""Listeners take the storage."""

CATALOGUE: dict[str, dict[str, str]] = {
    "model": MODEL_EVENTS,
    "session": SESSION_EVENTS,
    "storage": STORAGE_EVENTS,
}
"""All names and what they mean, by family."""
