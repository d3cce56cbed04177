"""The models of one storage: found by name, and who refers to whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytuck.core.mapping import Mapper
    from pytuck.core.relationships.links import Link


class ModelRegistry:
    """The model classes whose tables are in one storage."""

    def __init__(self) -> None:
        self._models: list[type[Any]] = []
        self._incoming: dict[Mapper, tuple[Link, ...]] = {}

    def add(self, model: type[Any]) -> None:
        """Take up a model; it goes before an older one of the same name."""
        self._models.append(model)
        self._incoming.clear()

    def __len__(self) -> int:
        return len(self._models)

    def mappers(self) -> list[Mapper]:
        """Return how the models are mapped to their tables."""
        return [model.__mapper__ for model in self._models]

    def find(self, name: str, module: str | None = None) -> type[Any] | None:
        """Return the model with this class name or table name, or None.

        Args:
            module: Where one of several classes of the name is looked for first.
        """
        newest_first = self._models[::-1]
        same_class = [model for model in newest_first if model.__name__ == name]
        nearest = [model for model in same_class if model.__module__ == module]
        same_table = [model for model in newest_first if model.__tablename__ == name]
        return next(iter([*nearest, *same_class, *same_table]), None)

    def incoming(self, mapper: Mapper) -> tuple[Link, ...]:
        """Return the one-to-many links of other models that end at this one.

        Links whose target is not defined yet are left out; a later definition brings them in.
        """
        known = self._incoming.get(mapper)
        if known is None:
            known = self._incoming[mapper] = tuple(
                link
                for model in self._models
                for relationship in model.__mapper__.relationships.values()
                if (link := relationship.link_if_known()) is not None
                and link.is_one_to_many
                and link.target is mapper
            )
        return known
