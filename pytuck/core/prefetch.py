"""The names that users of the `pytuck` library import from here.

They import the function from `pytuck.core` as well, where loading this module puts the module in
its place; so the module can be called in its stead.
"""

import sys
from types import ModuleType

from pytuck.core.relationships import prefetch
from pytuck.core.relationships.options import _Prefetch as PrefetchOption

__all__ = ["PrefetchOption", "prefetch"]


class _Callable(ModuleType):
    __call__ = staticmethod(prefetch)


sys.modules[__name__].__class__ = _Callable
