"""`aliased`: a model, a table or a subquery under another name, to be read beside itself."""

from __future__ import annotations

from typing import Any, TypeVar, cast, overload

from pytuck.common.exceptions import QueryError
from pytuck.query.questions import Cte, Subquery
from pytuck.query.sources import Source, TableSource

T = TypeVar("T")
S = TypeVar("S", TableSource, Subquery, Cte)


class AliasedModel:
    """A model class under another name: its attributes are columns of that name.

    Attributes:
        __source__: The table under the other name.
        __entity__: The model class, whose instances the rows are.
    """

    def __init__(self, model: Any, source: Source) -> None:
        self.__entity__ = model
        self.__source__ = source

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        attributes = self.__source__.attributes
        if name in attributes:
            return self.__source__.c[attributes[name]]
        found = getattr(self.__entity__, name)
        bound = getattr(found, "__of_alias__", None)  # a relationship, seen from this alias
        return found if bound is None else bound(self)

    def __repr__(self) -> str:
        return f"<{self.__entity__.__name__} as {self.__source__.name!r}>"


@overload
def aliased(entity: S, name: str | None = None) -> S: ...
@overload
def aliased(entity: type[T], name: str | None = None) -> type[T]: ...
def aliased(entity: Any, name: str | None = None) -> Any:
    """Return a model, a table or a subquery under another name.

    Args:
        name: The name in SQL; one is made up if it is not given.

    Raises:
        QueryError: This is none of them.
    """
    if isinstance(entity, (TableSource, Subquery, Cte)):
        return entity.alias(name)
    source = getattr(entity, "__source__", None)
    if not isinstance(source, TableSource):
        raise QueryError(f"{entity!r} is neither a model class nor a table nor a subquery.")
    model = getattr(entity, "__entity__", entity)
    return cast("type[Any]", AliasedModel(model, source.alias(name)))
