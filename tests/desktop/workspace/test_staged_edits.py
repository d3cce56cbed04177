"""Staged edits against a plain model: whatever is done, undone and done again."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pytuck_desktop.workspace.staged_edits import CellEdit, NewRow, StagedEdits

STORED = {identity: {"a": identity, "b": f"b{identity}"} for identity in range(6)}


@dataclass
class Known:
    """A row as a test knows it."""

    identity: object
    values: dict = field(default_factory=dict)

    def whole_values(self):
        return dict(self.values)


def shown(edits: StagedEdits, table: str) -> dict:
    """Return the rows of a table as the user sees them."""
    overlay = edits.overlay(table)
    rows = {
        identity: {
            **values,
            **{name: c.new for name, c in overlay.changed.get(identity, {}).items()},
        }
        for identity, values in STORED.items()
        if identity not in overlay.deleted
    }
    return {**rows, **{row: dict(values) for row, values in overlay.inserted.items()}}


class StagedEditsMachine(RuleBasedStateMachine):
    """Keeps a list of all states the user has seen, and where in it we are."""

    @initialize()
    def start(self):
        self.edits = StagedEdits()
        self.states = [({t: shown(self.edits, t) for t in "xy"})]
        self.at = 0
        self.told = 0
        self.edits.listeners.append(lambda tables: setattr(self, "told", self.told + 1))

    def note(self):
        state = {table: shown(self.edits, table) for table in "xy"}
        if state != self.states[self.at]:
            self.states = [*self.states[: self.at + 1], state]
            self.at += 1

    def rows(self, table):
        return list(self.states[self.at][table])

    @rule(table=st.sampled_from("xy"), pick=st.integers(0, 20), column=st.sampled_from("ab"),
          value=st.sampled_from([None, 0, 1, 2, "b1", "b2", "x"]))  # fmt: skip
    def set_cell(self, table, pick, column, value):
        rows = self.rows(table)
        if not rows:
            return
        identity = rows[pick % len(rows)]
        old = STORED.get(identity, {}).get(column) if not isinstance(identity, NewRow) else None
        self.edits.set_cells([CellEdit(table, identity, column, old, value)])
        self.note()
        assert shown(self.edits, table)[identity][column] == value

    @rule(value=st.integers(7, 9))
    def set_block(self, value):
        changed = [CellEdit(table, 1, "a", 1, value) for table in "xy" if 1 in self.rows(table)]
        self.edits.set_cells(changed)
        self.note()

    @rule(table=st.sampled_from("xy"))
    def insert(self, table):
        row = self.edits.insert_row(table, {"a": 5})
        self.note()
        assert shown(self.edits, table)[row] == {"a": 5}

    @rule(table=st.sampled_from("xy"), picks=st.sets(st.integers(0, 7), min_size=1, max_size=3))
    def delete(self, table, picks):
        rows = self.rows(table)
        gone = {rows[pick % len(rows)] for pick in picks} if rows else set()
        self.edits.delete_rows(
            table, [Known(identity, STORED.get(identity, {})) for identity in gone]
        )
        self.note()
        assert not gone & set(shown(self.edits, table))

    @rule()
    def discard(self):
        self.edits.discard_all()
        self.note()
        assert self.edits.count == 0

    @rule()
    def undo(self):
        could = self.edits.can_undo
        self.edits.undo()
        self.at -= could

    @rule()
    def redo(self):
        could = self.edits.can_redo
        self.edits.redo()
        self.at += could

    @precondition(lambda self: self.edits.count)
    @rule()
    def save(self):
        self.edits.freeze()
        self.edits.thaw(is_saved=True)
        self.states = [{table: shown(self.edits, table) for table in "xy"}]
        self.at = 0

    @invariant()
    def what_is_shown_is_what_the_history_says(self):
        if not hasattr(self, "edits"):
            return
        assert {table: shown(self.edits, table) for table in "xy"} == self.states[self.at]
        assert self.edits.can_redo == (self.at < len(self.states) - 1)

    @invariant()
    def nothing_is_staged_that_changes_nothing(self):
        for table in "xy" if hasattr(self, "edits") else ():
            for identity, cells in self.edits.overlay(table).changed.items():
                assert cells
                for name, change in cells.items():
                    assert change.old == STORED[identity][name]
                    assert (type(change.old), change.old) != (type(change.new), change.new)


TestStagedEdits = StagedEditsMachine.TestCase
TestStagedEdits.settings = settings(max_examples=80, stateful_step_count=30, deadline=None)


def test_one_and_true_and_text_are_different_values():
    edits = StagedEdits()
    edits.set_cells([CellEdit("t", 1, "a", 1, 1.0)])
    assert edits.count == 1
    edits.set_cells([CellEdit("t", 1, "a", 1, 1)])
    assert edits.count == 0


def test_the_beginning_of_a_long_value_is_not_taken_for_the_value():
    edits = StagedEdits()
    edits.set_cells([CellEdit("t", 1, "a", "begin", "begin", is_old_whole=False)])
    assert edits.count == 1


def test_steps_say_what_they_did():
    edits = StagedEdits()
    assert edits.undo_text is None
    edits.insert_row("t")
    assert (edits.undo_text.kind, edits.undo_text.count) == ("insert", 1)
    edits.undo()
    assert edits.undo_text is None
    assert edits.redo_text.kind == "insert"
