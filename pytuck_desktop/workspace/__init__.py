"""What is open in the window, without any Qt: files, views of tables, staged edits.

`documents` is one open file, `rows` one view of a table with its `pages`, `staged_edits` what the
user has changed and not saved, `file_info` what is known of files and tables.
"""
