"""Edits of the user and of others about the same cells, to be compared and settled."""
