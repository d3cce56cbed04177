"""Engines whose data is a document: JSON, CSV, Excel and the like.

A document is read into a private SQLite database, where statements run, and written back by
`flush()`, `close()` or, with `auto_flush`, by each commit. `engine` is the whole of it, `reading` fills
the private database, `staging` is its folder, and `changed_rows` notices what must be written.

One storage at a time writes: `document_lock` is the lock, `write_access` says when it is taken and given
back, `file_state` what others did to the file, and `following` has it read again then.
"""
