"""Writers of files that other programs read.

`base` says what is written, `cells` how values look, `registry` which formats there are. What has
to be read back as it was is the business of `pytuck.formats`.
"""
