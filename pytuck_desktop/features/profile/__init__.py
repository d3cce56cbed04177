"""What there is to know about the values of a column."""
