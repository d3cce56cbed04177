"""The values of a column with their counts, to filter by, in a panel beside the rows."""
