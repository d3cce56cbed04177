"""Finding a text in all rows of a table."""
