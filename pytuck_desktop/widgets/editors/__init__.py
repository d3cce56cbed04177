"""Editors for one value, for whoever shows values: the grid, the form of a row, dialogs.

`fields` are those that stand in a line or a cell, made by `make_field`; `value_window` is the
window for what needs room: long text, JSON as a tree, bytes and images. What a typed text means is
decided by `workspace.typed_text`, why it is refused is said by `refusal_texts`. An editor stages
nothing itself.
"""
