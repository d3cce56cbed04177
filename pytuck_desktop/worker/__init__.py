"""The process that serves one open file, and how the window talks to it.

`protocol` is what travels, `client` the window's end, `launch` starts the process, `server` and
`handlers` run inside it: they alone touch the engine.
"""
