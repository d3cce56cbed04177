"""One folder for each task of the user. A feature never imports another one.

`state.py` knows no Qt, `viewmodel.py` QtCore, `model.py` is an item model, `view.py` the widgets.
A feature asks for something elsewhere by emitting an intent (`pytuck_desktop/intents.py`).
"""
