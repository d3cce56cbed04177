"""Versions of the structure of a database: revision scripts, applied and taken back.

from pytuck.migrations import Migrations

with Storage("shop.pytuck") as storage:
    Migrations(storage, "migrations").upgrade()
"""

from pytuck.migrations.applied import AppliedRevision
from pytuck.migrations.declared import declared_tables
from pytuck.migrations.drafting import RevisionDraft, draft_revision
from pytuck.migrations.graph import RevisionGraph
from pytuck.migrations.migrations import Migrations, RevisionState
from pytuck.migrations.operations import Operations
from pytuck.migrations.rehearsing import RehearsedStep
from pytuck.migrations.revisions import Revision
from pytuck.migrations.running import MigrationReport, RevisionRun
from pytuck.migrations.schema_operations import SchemaOperations
from pytuck.migrations.settings import Settings, read_settings, write_settings

__all__ = [
    "AppliedRevision",
    "MigrationReport",
    "Migrations",
    "Operations",
    "RehearsedStep",
    "Revision",
    "RevisionDraft",
    "RevisionGraph",
    "RevisionRun",
    "RevisionState",
    "SchemaOperations",
    "Settings",
    "declared_tables",
    "draft_revision",
    "read_settings",
    "write_settings",
]
