"""The page that stands in place of a file that could not be opened, or is being opened."""
