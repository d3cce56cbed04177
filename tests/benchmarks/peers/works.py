"""The works that are measured, in the order of the table, with our goals."""

from __future__ import annotations

from typing import NamedTuple

GIVEN_UP_S = 150
"""No work may take longer, in elapsed time."""
SLOW_S = 5
"""What takes this long is done once; the rest is done before it counts, and then repeated."""


class Work(NamedTuple):
    """One line of the table.

    Attributes:
        title: What is done; `{new}` and the like are sizes.
        goal: What ours may cost, as a ratio to the reference; None if there is no such goal.
        goal_ms: What ours may cost in milliseconds, where it is said so.
        is_wall: Elapsed time counts, else the time of the processor.
        is_read: It only reads; the peak memory is taken after these.
    """

    title: str
    goal: float | None = None
    goal_ms: float | None = None
    is_wall: bool = False
    is_read: bool = False


WORKS: dict[str, Work] = {
    "add_all": Work("construct, add_all, commit {new} objects", 4),
    "bulk_insert": Work("bulk_insert {new}, fastest path", 3),
    "gets": Work("{gets} reads by primary key", 2, is_read=True),
    "filtered": Work("filter, {tenth} objects", 2.5, is_read=True),
    "objects": Work("all {users} rows as objects", 2, is_read=True),
    "tuples": Work("all {users} rows as tuples", 1.2, is_read=True),
    "or_count": Work("OR count", 1.1, is_read=True),
    "group_by": Work("group by", 1.05, is_read=True),
    "join_tuples": Work("join, {tenth} tuples", 1.2, is_read=True),
    "join_objects": Work("join, {tenth} pairs of objects", 2.5, is_read=True),
    "eager": Work("eager load, {parents} parents with children", 2.5, is_read=True),
    "update": Work("update {tenth} objects through the session", 3),
    "delete": Work("delete {tenth} objects, children looked for", 1.4),
    "delete_leaves": Work("delete {leaves} objects nothing refers to", 1.4),
    "open": Work("open existing file, first row", goal_ms=3, is_wall=True),
    "commits": Work("{commits} commits of one row", 2, is_wall=True),
    "import": Work("import of the library", goal_ms=80, is_wall=True),
}
