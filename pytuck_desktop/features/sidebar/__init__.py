"""The open files with their tables and columns."""
