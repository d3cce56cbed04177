"""How the application looks: colour tokens, palette, style sheet, icons.

Start with `tokens.py`. Nothing outside this folder names a colour.
"""
