"""What can be heard: `bus` registers and finds listeners, `catalogue` names the events.

This layer knows no model, session or storage; `core` tells their events. To add an event: a line
in `catalogue` and the place in `core` that tells it.
"""

from pytuck.events.bus import EventManager, Listener, event
from pytuck.events.catalogue import CATALOGUE, MODEL_EVENTS, SESSION_EVENTS, STORAGE_EVENTS

__all__ = [
    "CATALOGUE",
    "MODEL_EVENTS",
    "SESSION_EVENTS",
    "STORAGE_EVENTS",
    "EventManager",
    "Listener",
    "event",
]
