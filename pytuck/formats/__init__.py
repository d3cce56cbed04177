"""How rows look in each kind of file: readers and writers of tables, as streams.

`base` says what a format is, `registry` which there are, `row_chunks` writes again only what
changed. Nothing here runs SQL or holds data; `backends.documents` and `tools` do.
"""
