"""Which changes lead from the schema there is to the one that is wanted.

    comparison = compare(found, wanted, Renames(tables={"users": "people"}))
    storage.change(*comparison.changes)

What may have been renamed is proposed by likeness, and done only if it is given as `renames`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pytuck.common.exceptions import SchemaError
from pytuck.schema import changes as c
from pytuck.schema import key_changes
from pytuck.schema.column_changes import added_columns, altered_columns, commented_columns
from pytuck.schema.draft import SchemaDraft
from pytuck.schema.likeness import Proposal, proposed_columns, proposed_tables
from pytuck.schema.normal_form import Tables, is_whole, names_of, normal_form, tables_of
from pytuck.schema.reference_order import parents_first
from pytuck.schema.renames import Renames, rename_pairs, rename_steps
from pytuck.schema.tables import Column, ForeignKey, Table

NO_RENAMES = Renames()


@dataclass(frozen=True, slots=True)
class Scope:
    """What counts as a difference; everything by default.

    Attributes:
        drop_tables: Tables that are not wanted go.
        drop_columns: Columns that are not wanted go.
        indexes: Indexes, and what is unique.
        foreign_keys: Foreign keys; those of new tables are made in any case.
        comments: Comments of tables and columns.
        column_order: The order of columns.
        beyond_models: What no model can say goes if it is not wanted: computed columns, foreign
            keys of several columns, indexes on expressions or on some rows only.
    """

    drop_tables: bool = True
    drop_columns: bool = True
    indexes: bool = True
    foreign_keys: bool = True
    comments: bool = True
    column_order: bool = True
    beyond_models: bool = True


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two schemas differ.

    Attributes:
        changes: The steps that make the first one the second, in their order.
        proposals: What may have been renamed rather than dropped and made anew, the likeliest
            first. `Renames.of(proposal.change for proposal in ...)` makes renames of them.
        impossible: Differences that no change can make up for, a sentence each.
    """

    changes: tuple[c.Change, ...]
    proposals: tuple[Proposal, ...] = ()
    impossible: tuple[str, ...] = ()


def compare(
    found: Tables, wanted: Tables, renames: Renames = NO_RENAMES, scope: Scope = EVERYTHING
) -> Comparison:
    """Return the changes that lead from one schema to another, and what may have been renamed.

    Views are left alone. Upper and lower case are the same in names, but a name that is spelled
    in another way is renamed.

    Raises:
        SchemaError: A rename contradicts the schemas.
    """
    work = _Comparing(tables_of(found), tables_of(wanted), renames, scope)
    work.rename(renames)
    work.propose()
    work.change()
    proposals = sorted(work.proposals, key=lambda proposal: -proposal.likeness)
    return Comparison(tuple(work.changes), tuple(proposals), tuple(work.impossible))


class _Comparing:
    """A comparison under way: each change is made in a draft at once, and the next one seen there."""

    def __init__(
        self, found: list[Table], wanted: list[Table], renames: Renames, scope: Scope
    ) -> None:
        self.changes: list[c.Change] = []
        self.proposals: list[Proposal] = []
        self.impossible: list[str] = []
        self._scope = scope
        self._wanted = {table.name.lower(): table for table in wanted}
        names = [table.name for table in wanted]
        self._renamed = rename_pairs(renames.tables, [table.name for table in found], names)
        self._same = {} if self._renamed or renames.columns else self._equal_ones(found)
        self._draft = SchemaDraft(
            table if table.name.lower() in self._same else normal_form(table) for table in found
        )
        self._common: list[str] = []
        self._index_names: set[str] = set()
        self._shaky: set[key_changes.Target] = set()

    def _equal_ones(self, found: list[Table]) -> dict[str, Table]:
        """Return the tables that are wanted as they are, by name in lower case."""
        twins = ((table, self._wanted.get(table.name.lower())) for table in found)
        return {
            table.name.lower(): table for table, twin in twins if twin is table or twin == table
        }

    def _do(self, *changes: c.Change) -> None:
        for change in changes:
            self._draft.apply(change)
            self.changes.append(change)

    # --- Names ---

    def rename(self, renames: Renames) -> None:
        """Give tables and columns their new names."""
        self._rename_tables()
        pairs = {old.lower(): new for old, new in self._renamed.items()}
        given: dict[str, dict[str, str]] = {}
        for (old, column), new in renames.columns.items():
            given.setdefault(pairs.get(old.lower(), old).lower(), {})[column] = new
        for name, new_columns in given.items():
            if name not in self._wanted or self._draft.find(name) is None:
                raise SchemaError(
                    f"No column of '{name}' can be renamed to {', '.join(new_columns.values())}: "
                    "the table is not there, or not wanted."
                )
        self._common = [
            name
            for name in self._wanted
            if name not in self._same and self._draft.find(name) is not None
        ]
        for found, table in self._pairs():
            self._rename_columns(found, table, given.get(found.name.lower(), {}))

    def _rename_tables(self) -> None:
        wanted = [table.name for table in self._wanted.values()]
        may_drop = self._scope.drop_tables
        steps = rename_steps(self._renamed, self._draft.tables, wanted, may_drop=may_drop)
        self._do(*(c.RenameTable(old, new) for old, new in steps))

    def _rename_columns(self, found: Table, wanted: Table, given: dict[str, str]) -> None:
        pairs = rename_pairs(given, found.by_name, wanted.by_name)
        may_drop = self._scope.drop_columns
        steps = rename_steps(pairs, found.by_name, wanted.by_name, may_drop=may_drop)
        self._do(*(c.RenameColumn(found.name, old, new) for old, new in steps))

    # --- Proposals ---

    def propose(self) -> None:
        """Find what may have been renamed."""
        self.proposals += proposed_tables(self._gone(), self._new())
        old_names = {new: old for old, new in self._renamed.items()}
        for found, wanted in self._pairs():
            gone = list(_places(found, wanted))
            new = list(_places(wanted, found))
            if gone and new:
                name = old_names.get(found.name, found.name)
                self.proposals += proposed_columns(name, gone, new)

    def _gone(self) -> list[Table]:
        tables = self._draft.tables.values()
        return [table for table in tables if table.name.lower() not in self._wanted]

    def _new(self) -> list[Table]:
        return [table for name, table in self._wanted.items() if self._draft.find(name) is None]

    def _pairs(self) -> Iterator[tuple[Table, Table]]:
        """Yield each table that may differ as it is in the draft now, and as it is wanted."""
        for name in self._common:
            yield self._draft.table(name), self._wanted[name]

    # --- Changes ---

    def change(self) -> None:
        """Find the changes, what is in the way of others first."""
        new, gone = self._new(), self._gone() if self._scope.drop_tables else []
        for name in self._common:
            self._wanted[name] = normal_form(self._wanted[name])
        self._index_names = {
            index.name.lower() for table in self._wanted.values() for index in table.indexes
        }
        for found, wanted in self._pairs():
            self._shaky |= key_changes.changing_keys(found, wanted)
        self._common += [name for name, table in self._same.items() if self._is_tied(table)]
        order = [table.name for table in reversed(parents_first(gone))]
        self._drop_keys(order)
        self._drop_indexes(order)
        for table in parents_first(new):
            self._create(normal_form(table))
        for found, wanted in self._pairs():
            self._change_columns(found, wanted)
            if self._scope.indexes:
                self._add_indexes(found.name, wanted)
        if self._scope.foreign_keys:
            for found, wanted in self._pairs():
                self._do(*key_changes.added_keys(found, wanted))
        for table in new:
            self._do(*key_changes.added_keys(self._draft.table(table.name), table))
        self._do(*(c.DropTable(name) for name in order))

    def _drop_keys(self, order: list[str]) -> None:
        if self._scope.foreign_keys:
            beyond = self._scope.beyond_models
            for found, wanted in self._pairs():
                going = self._going(found, wanted)
                drops = key_changes.dropped_keys(
                    found, wanted, going, self._shaky, beyond_models=beyond
                )
                self._do(*drops)
        places = {name.lower(): place for place, name in enumerate(order)}
        for place, name in enumerate(order):
            keys = self._draft.table(name).foreign_keys
            # What refers to a table that is dropped before it is in a circle with that.
            early = (
                key
                for key in keys
                if places.get(key.target_table.lower(), place) < place
                or key_changes.leads_to(key, self._shaky)
            )
            for columns in dict.fromkeys(key.columns for key in early):
                self._do(c.DropForeignKey(name, columns))

    def _drop_indexes(self, order: list[str]) -> None:
        if not self._scope.indexes:
            return
        for found, wanted in self._pairs():
            going = self._going(found, wanted)
            self._do(
                *key_changes.dropped_indexes(
                    found,
                    wanted,
                    going,
                    self._index_names,
                    beyond_models=self._scope.beyond_models,
                )
            )
        for table in map(self._draft.table, order):
            for index in table.indexes:
                if index.name.lower() in self._index_names and not index.is_constraint:
                    self._do(c.DropIndex(table.name, index.name))

    def _create(self, wanted: Table) -> None:
        """Make a table, as far as is known how."""
        computed = {column.name for column in wanted.columns if column.generated}
        self.impossible += [_is_computed(wanted, name) for name in sorted(computed)]
        columns = tuple(column for column in wanted.columns if not column.generated)
        indexes = []
        for index in wanted.indexes:
            if is_whole(index) and not computed.intersection(index.columns):
                indexes.append(index)
            else:
                self.impossible.append(_is_elsewhere(wanted, index.name))
        definition = replace(
            wanted,
            columns=columns,
            indexes=tuple(indexes),
            foreign_keys=self._firm_keys(wanted),
            has_rowid=True,
        )
        self._do(c.CreateTable(wanted.name, definition))

    def _is_tied(self, table: Table) -> bool:
        """Return whether a table refers to one whose own keys change."""
        return any(key_changes.leads_to(key, self._shaky) for key in table.foreign_keys)

    def _firm_keys(self, wanted: Table) -> tuple[ForeignKey, ...]:
        """Return the foreign keys that can be made at once, since what they lead to stays."""
        keys = wanted.foreign_keys
        return tuple(key for key in keys if not key_changes.leads_to(key, self._shaky))

    def _going(self, found: Table, wanted: Table) -> set[str]:
        """Return the columns of a table that are to be dropped, in lower case."""
        if not self._scope.drop_columns:
            return set()
        return {
            column.name.lower()
            for _, column in _places(found, wanted)
            if self._scope.beyond_models or not column.generated
        }

    def _change_columns(self, found: Table, wanted: Table) -> None:
        name = found.name
        going = self._going(found, wanted)
        keys = self._firm_keys(wanted) if self._scope.foreign_keys else ()
        self._do(*added_columns(found, wanted, keys))
        self._note_computed(found, wanted)
        if names_of(found.primary_key) != names_of(wanted.primary_key):
            self._do(c.SetPrimaryKey(name, wanted.primary_key))
        self._do(
            *(c.DropColumn(name, item.name) for item in found.columns if item.name.lower() in going)
        )
        self._do(*altered_columns(self._draft.table(name), wanted))
        if self._scope.column_order:
            self._reorder(self._draft.table(name), wanted)
        if self._scope.comments:
            if found.comment != wanted.comment:
                self._do(c.CommentTable(name, wanted.comment))
            self._do(*commented_columns(self._draft.table(name), wanted))

    def _note_computed(self, found: Table, wanted: Table) -> None:
        there = {column.name.lower(): column.generated for column in found.columns}
        for column in wanted.columns:
            if column.generated != there.get(column.name.lower(), False):
                self.impossible.append(_is_computed(wanted, column.name))

    def _reorder(self, found: Table, wanted: Table) -> None:
        there, later = set(names_of(found.by_name)), set(names_of(wanted.by_name))
        order = [name for name in wanted.by_name if name.lower() in there]
        if [name.lower() for name in order] != [n for n in names_of(found.by_name) if n in later]:
            kept = [name for name in found.by_name if name.lower() not in later]
            self._do(c.ReorderColumns(found.name, (*order, *kept)))

    def _add_indexes(self, name: str, wanted: Table) -> None:
        found = self._draft.table(name)
        self._do(*key_changes.added_indexes(found, wanted))
        self.impossible += [
            _is_elsewhere(wanted, index.name)
            for index in key_changes.impossible_indexes(self._draft.table(name), wanted)
        ]


def _places(table: Table, other: Table) -> Iterator[tuple[int, Column]]:
    """Yield the columns that another table does not have, with their places."""
    names = set(names_of(other.by_name))
    for place, column in enumerate(table.columns):
        if column.name.lower() not in names:
            yield place, column


def _is_computed(table: Table, column: str) -> str:
    return (
        f"The column '{table.name}.{column}' is computed by the database on one side only, and "
        "how is not known."
    )


def _is_elsewhere(table: Table, index: str) -> str:
    return (
        f"The index '{index}' of table '{table.name}' is on expressions, computed columns or some "
        "rows only, and cannot be made from its name."
    )
