"""Filtering the rows of a table: the row under the header, and the panel of nested conditions."""
