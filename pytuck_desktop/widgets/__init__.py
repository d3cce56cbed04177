"""Dumb, reusable widgets. They know no document and no feature."""
