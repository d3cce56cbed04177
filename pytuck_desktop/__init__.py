"""The desktop application: browse and edit `.pytuck` files and other databases.

`__main__.py` starts it, `app.py` builds and wires it; then read `shell/` and one feature.
"""

__version__ = "0.1.0"
