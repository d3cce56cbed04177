"""The names that users of the `pytuck` library import from here; see `pytuck.events`."""

from pytuck.events import CATALOGUE, EventManager, event
from pytuck.events import MODEL_EVENTS as _MODEL
from pytuck.events import STORAGE_EVENTS as _STORAGE

MODEL_EVENTS = frozenset(_MODEL)
STORAGE_EVENTS = frozenset(_STORAGE)
ALL_EVENTS = frozenset(name for names in CATALOGUE.values() for name in names)

__all__ = ["ALL_EVENTS", "MODEL_EVENTS", "STORAGE_EVENTS", "EventManager", "event"]
