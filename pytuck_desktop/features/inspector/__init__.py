"""The value of the current cell: whole, laid out, as bytes or as a picture."""
