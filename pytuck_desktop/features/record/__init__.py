"""One row as a form, with the rows it refers to and those that refer to it."""
