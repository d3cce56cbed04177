"""Versions of the structure of a database: revision scripts, applied and taken back.

from pytuck.migrations import Migrations

with Storage("shop.pytuck") as storage:
    Migrations(storage, "migrations").upgrade()
"""

from pytuck.migrations.applied import AppliedRevision
from pytuck.migrations.graph import RevisionGraph
from pytuck.migrations.migrations import Migrations, RevisionState
from pytuck.migrations.operations import Operations, SchemaOperations
from pytuck.migrations.revisions import Revision
from pytuck.migrations.running import MigrationReport, RevisionRun

__all__ = [
    "AppliedRevision",
    "MigrationReport",
    "Migrations",
    "Operations",
    "Revision",
    "RevisionGraph",
    "RevisionRun",
    "RevisionState",
    "SchemaOperations",
]
