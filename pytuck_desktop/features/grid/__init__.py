"""The rows of one table: painting, scrolling, sorting, editing.

Read `display.py` (a stored value as shown), `viewmodel.py` (what can be done), `model.py` (the
window of rows Qt sees), then `table.py` and `view.py`.
"""
