"""The names that users of the `pytuck` library import from here."""

from pytuck.core.relationships import prefetch
from pytuck.core.relationships.options import _Prefetch as PrefetchOption

__all__ = ["PrefetchOption", "prefetch"]
