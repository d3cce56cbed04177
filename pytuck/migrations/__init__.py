"""Revisions of a schema: scripts that lead from one to the next and back.

`operations` is what a script says, `change_code` writes changes as such lines.
"""
