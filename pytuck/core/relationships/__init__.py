"""Relationships between models.

`declaration` is what a model class states, `links` what it means once both models are known,
`loading` reads related objects for many at once, `options` say when, `related_list` and
`in_step` keep both sides the same in memory, `flushing` and `deleting` bring them to the
database. A session is used through a few of its methods only; none of this imports it.
"""

from pytuck.core.relationships.declaration import Relationship, relationship
from pytuck.core.relationships.links import Link
from pytuck.core.relationships.options import (
    LoadOption,
    defaultload,
    joinedload,
    lazyload,
    noload,
    prefetch,
    raiseload,
    selectinload,
)

__all__ = [
    "Link",
    "LoadOption",
    "Relationship",
    "defaultload",
    "joinedload",
    "lazyload",
    "noload",
    "prefetch",
    "raiseload",
    "relationship",
    "selectinload",
]
