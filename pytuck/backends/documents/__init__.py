"""Engines whose data is a document: JSON, CSV, Excel and the like.

A document is read into a private SQLite database, where statements run, and written back by
`flush()`, `close()` or, with `auto_flush`, by each commit. `engine` is the whole of it, `staging` the
private database's folder, `changed_rows` notices what must be written, `file_state` what others
did to the file meanwhile.
"""
