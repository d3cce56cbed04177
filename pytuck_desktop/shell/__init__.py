"""The frame around the features: main window, tabs, actions, status bar, navigation.

`navigation.py` answers the intents of the features; `actions.py` is the one table of actions.
"""
