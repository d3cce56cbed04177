"""What a model class declares of its relationships."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Generic, Self, get_args, overload

from pytuck.common.exceptions import ValidationError
from pytuck.core.relationships import in_step, loading
from pytuck.core.relationships.links import Lazy, Link, resolve
from pytuck.core.relationships.paths import RelationshipPath
from pytuck.query import Condition, Expression, TableSource

if TYPE_CHECKING:
    from typing_extensions import TypeVar  # for a default, which `typing` has from 3.13 on

    from pytuck.core.mapping import Mapper
    from pytuck.core.storage import Storage

    T = TypeVar("T", default=Any)
else:
    from typing import TypeVar

    T = TypeVar("T")

CASCADES = frozenset(
    {"save-update", "merge", "refresh-expire", "expunge", "delete", "delete-orphan", "nullify"}
)
"""What may happen to related objects along with their owner."""

_ALL = CASCADES - {"delete-orphan", "nullify"}


class Relationship(Generic[T]):
    """Objects of another model that belong to an object.

    On an instance the attribute is the related object, or a list of them, loaded when it is
    first read. On the class it stands for the relationship in `join()` and in loading options.

    Args:
        target: A model class, the name of one, or the name of a table; not needed where a
            `Mapped[...]` annotation names it.
        foreign_key: The attribute that holds the key, of this model (many-to-one) or of the
            target (one-to-many); several for a composite key. Found from the columns' own
            foreign keys if not given. With `secondary`, the two columns of that table.
        back_populates: The target's attribute for the other direction; both are kept the same.
        uselist: Whether the attribute is a list; settles the direction between a model and
            itself.
        storage: Where the target is, if in another storage.
        secondary: The table between two models: a model class, a table, or a table's name.
        order_by: The order in which a list is loaded: a column, a key to sort by, a name, or
            several of them; a callable is called when the target is known.
        cascade: What happens to related objects along with the owner, separated by commas:
            `save-update` (added to its session), `delete` (deleted with it), `delete-orphan`
            (deleted when taken from it), `nullify` (their key becomes NULL when it is deleted,
            which is the default), `merge`, `expunge`, `refresh-expire`, `all`.
        lazy: When they are loaded: `select` (when first read), `selectin` or `joined` (with the
            owners), `raise` (never by themselves), `noload` (never).

    Raises:
        ValidationError: `cascade` or `lazy` is none of these words.
    """

    def __init__(
        self,
        target: type[Any] | str | None = None,
        foreign_key: str | Sequence[str] | None = None,
        *,
        back_populates: str | None = None,
        uselist: bool | None = None,
        storage: Storage | None = None,
        secondary: type[Any] | TableSource | str | None = None,
        order_by: Any = None,
        cascade: str | None = "save-update, merge",
        lazy: Lazy = "select",
    ) -> None:
        self.target = target
        self.foreign_key = _names(foreign_key)
        self.back_populates = back_populates
        self.uselist = uselist
        self.storage = storage
        self.secondary = secondary
        self.cascade = _cascade(cascade)
        if lazy not in get_args(Lazy):
            raise ValidationError(f"lazy={lazy!r} is none of {', '.join(get_args(Lazy))}.")
        self.lazy: Lazy = lazy
        self._order_by = order_by
        self.name = ""
        self.owner: type[Any] | None = None
        self._link: Link | None = None

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"<Relationship {self.label}>"

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object, owner: type) -> Any:
        # Loaded objects stand in the instance's own dictionary and are found there first.
        if instance is None:
            return self
        return loading.load_lazily(instance, self.link)

    @property
    def label(self) -> str:
        """The relationship's name with its model's, for messages."""
        return f"{self.owner.__name__ if self.owner else '?'}.{self.name}"

    @property
    def order_by(self) -> tuple[Any, ...]:
        """The keys a list is sorted by."""
        keys = self._order_by() if callable(self._order_by) else self._order_by
        if keys is None:
            return ()
        return tuple(keys) if isinstance(keys, (list, tuple)) else (keys,)

    @property
    def link(self) -> Link:
        """What the declaration means.

        Raises:
            ValidationError: The target is no model that is defined by now.
            SchemaError: No foreign key ties the two together, or several do.
        """
        if self._link is None:
            target = self._target()
            if target is None:
                raise ValidationError(
                    f"Cannot resolve relationship target {self.target!r} of {self.label}: no "
                    "model has this name. Define it before the relationship is first used."
                )
            self._link = resolve(self, self._mapper(), target.__mapper__)
        return self._link

    # --- In a statement ---

    @property
    def path(self) -> RelationshipPath:
        """The relationship as statements use it, seen from its own model."""
        return RelationshipPath(self.link, self.owner)

    def __joins__(self, target: Any = None) -> Sequence[tuple[Any, Expression[bool]]]:
        """Return what `join()` joins, each with its condition."""
        return self.path.__joins__(target)

    def __of_alias__(self, alias: Any) -> RelationshipPath:
        """Return the relationship of an alias of its model."""
        return RelationshipPath(self.link, alias)

    def of_type(self, target: Any) -> RelationshipPath:
        """Return the relationship leading to an alias of its target."""
        return self.path.of_type(target)

    def any(self, *conditions: Expression[bool], **values: object) -> Condition:
        """Return the condition that there is a related object, of which `conditions` hold.

        `User.orders.any(Order.total > 100)`, `User.orders.any(state="open")`.
        """
        return self.path.any(*conditions, **values)

    def has(self, *conditions: Expression[bool], **values: object) -> Condition:
        """Return the condition that there is a related object, of which `conditions` hold."""
        return self.any(*conditions, **values)

    def contains(self, item: object) -> Condition:
        """Return the condition that an object is among the related ones."""
        return self.path.contains(item)

    def is_(self, other: None) -> Condition:
        """Return the condition that nothing is related."""
        return self.path == other

    def is_not(self, other: None) -> Condition:
        """Return the condition that something is related."""
        return self.path != other

    def __eq__(self, other: object) -> Condition:  # type: ignore[override]
        return self.path == other

    def __ne__(self, other: object) -> Condition:  # type: ignore[override]
        return self.path != other

    __hash__ = object.__hash__

    # --- What it means ---

    def link_if_known(self) -> Link | None:
        """Return what the declaration means, or None while its target is not defined."""
        return None if self._target() is None else self.link

    def take_target(self, target: type[Any] | str, is_list: bool) -> None:
        """Take over what an annotation says, where the declaration says nothing itself."""
        if self.target is None:
            self.target = target
        if self.uselist is None:
            self.uselist = is_list

    def copy_for(self, owner: type[Any]) -> Self:
        """Return the declaration as that of a model, which may have taken it from a base."""
        twin = type(self).__new__(type(self))
        twin.__dict__.update(self.__dict__)
        twin.owner, twin._link = owner, None
        return twin

    def assign(self, instance: Any, value: Any) -> None:
        """Make `value` what is related to an instance, and keep the other side in step.

        Raises:
            ValidationError: It is no object of the target, or no list of them.
        """
        if self.link.is_list:
            in_step.replace_list(instance, self.link, _items(self.link, value))
        else:
            in_step.replace_one(instance, self.link, value)

    def secondary_source(self, owner: Mapper) -> TableSource:
        """Return the table between the two models."""
        if isinstance(self.secondary, TableSource):
            return self.secondary
        if isinstance(self.secondary, str):
            storage: Storage = owner.model.__storage__
            model = storage.models.find(self.secondary)
            return model.__source__ if model is not None else storage.get_table(self.secondary)
        source = getattr(self.secondary, "__source__", None)
        if isinstance(source, TableSource):
            return source
        raise ValidationError(f"{self.label}: secondary={self.secondary!r} is no table.")

    def _mapper(self) -> Mapper:
        if self.owner is None:
            raise ValidationError(f"{self!r} is not the attribute of a mapped model.")
        mapper: Mapper = self.owner.__mapper__
        return mapper

    def _target(self) -> type[Any] | None:
        if self.target is None:
            raise ValidationError(
                f'{self.label} names no target. Give it one: Relationship("Order"), or annotate '
                "it: orders: Mapped[list[Order]]."
            )
        if isinstance(self.target, type):
            return self._checked(self.target)
        owner = self._mapper().model
        storage: Storage = self.storage or owner.__storage__
        return storage.models.find(self.target, owner.__module__)

    def _checked(self, target: type[Any]) -> type[Any]:
        storage = getattr(target, "__storage__", None)
        if not hasattr(target, "__mapper__"):
            raise ValidationError(
                f"Cannot resolve relationship target {target!r} of {self.label}: it is no model."
            )
        if self.storage is not None and storage is not self.storage:
            raise ValidationError(
                f"{self.label} says its target is in {self.storage!r}, but {target.__name__} is "
                f"in {storage!r}."
            )
        return target


def relationship(
    target: type[Any] | str | None = None,
    foreign_key: str | Sequence[str] | None = None,
    *,
    back_populates: str | None = None,
    uselist: bool | None = None,
    storage: Storage | None = None,
    secondary: type[Any] | TableSource | str | None = None,
    order_by: Any = None,
    cascade: str | None = "save-update, merge",
    lazy: Lazy = "select",
) -> Any:
    """Return a `Relationship`, under SQLAlchemy's name and without a type of its own.

    So `orders: Mapped[list[Order]] = relationship(back_populates="user")` is well typed.
    """
    return Relationship(
        target,
        foreign_key,
        back_populates=back_populates,
        uselist=uselist,
        storage=storage,
        secondary=secondary,
        order_by=order_by,
        cascade=cascade,
        lazy=lazy,
    )


def _names(foreign_key: str | Sequence[str] | None) -> tuple[str, ...]:
    if foreign_key is None:
        return ()
    return (foreign_key,) if isinstance(foreign_key, str) else tuple(foreign_key)


def _cascade(words: str | None) -> frozenset[str]:
    given = {word.strip() for word in (words or "").split(",")} - {"", "none"}
    if "all" in given:
        given = (given - {"all"}) | _ALL
    unknown = given - CASCADES
    if unknown:
        raise ValidationError(
            f"{', '.join(sorted(unknown))} is no cascade; the words are: all, "
            f"{', '.join(sorted(CASCADES))}."
        )
    return frozenset(given | ({"delete"} if "delete-orphan" in given else set()))


def _items(link: Link, value: object) -> list[Any]:
    if not isinstance(value, Iterable) or isinstance(value, (str, bytes)):
        raise ValidationError(
            f"{link.label} holds a list of {link.target.model.__name__} objects, not {value!r}.",
            table_name=link.owner.table,
        )
    return list(value)
