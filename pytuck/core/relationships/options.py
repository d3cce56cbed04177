"""Loading options: which related objects come with an answer, and how."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, overload

from pytuck.common.exceptions import QueryError, UnknownRelationshipError
from pytuck.core.mapping import BATCH, SESSION, Mapper
from pytuck.core.relationships import loading
from pytuck.core.relationships.declaration import Relationship
from pytuck.core.relationships.links import Link

Strategy = Literal["selectin", "joined", "raise", "noload", "lazy", "default"]


@dataclass(frozen=True, slots=True)
class LoadOption:
    """A path of relationships and how each step of it is loaded.

    Attributes:
        steps: Names of relationships from the model asked for, each with its strategy.
    """

    steps: tuple[tuple[str, Strategy], ...]

    def selectinload(self, *path: Relationship[Any] | str) -> LoadOption:
        """Load a relationship of the objects reached so far with one statement for all."""
        return self._then("selectin", path)

    def joinedload(self, *path: Relationship[Any] | str) -> LoadOption:
        """Load a relationship of the objects reached so far in the same statement."""
        return self._then("joined", path)

    def lazyload(self, *path: Relationship[Any] | str) -> LoadOption:
        """Load a relationship of the objects reached so far when it is first read."""
        return self._then("lazy", path)

    def raiseload(self, *path: Relationship[Any] | str) -> LoadOption:
        """Refuse to load a relationship of the objects reached so far by itself."""
        return self._then("raise", path)

    def noload(self, *path: Relationship[Any] | str) -> LoadOption:
        """Leave a relationship of the objects reached so far empty."""
        return self._then("noload", path)

    def defaultload(self, *path: Relationship[Any] | str) -> LoadOption:
        """Go on to a relationship of the objects reached so far, loaded as it declares."""
        return self._then("default", path)

    def _then(self, strategy: Strategy, path: Sequence[Relationship[Any] | str]) -> LoadOption:
        return LoadOption(self.steps + _steps(strategy, path))


def selectinload(*path: Relationship[Any] | str) -> LoadOption:
    """Load a relationship of all objects of the answer with one statement more.

    Args:
        path: `User.orders`, or a path: `selectinload(User.orders, Order.lines)`, which is
            `selectinload("orders.lines")`.
    """
    return LoadOption(_steps("selectin", path))


def joinedload(*path: Relationship[Any] | str) -> LoadOption:
    """Load a relationship in the same statement, by an outer join."""
    return LoadOption(_steps("joined", path))


def lazyload(*path: Relationship[Any] | str) -> LoadOption:
    """Load a relationship when it is first read, whatever it declares."""
    return LoadOption(_steps("lazy", path))


def raiseload(*path: Relationship[Any] | str) -> LoadOption:
    """Refuse to load a relationship by itself; `"*"` means all of them."""
    return LoadOption(_steps("raise", path))


def noload(*path: Relationship[Any] | str) -> LoadOption:
    """Leave a relationship empty."""
    return LoadOption(_steps("noload", path))


def defaultload(*path: Relationship[Any] | str) -> LoadOption:
    """Go along a relationship that is loaded as it declares, to say more of what follows."""
    return LoadOption(_steps("default", path))


@overload
def prefetch(first: Relationship[Any] | str, /, *names: Relationship[Any] | str) -> _Prefetch: ...
@overload
def prefetch(first: Iterable[Any], /, *names: Relationship[Any] | str) -> None: ...
def prefetch(first: Any, /, *names: Relationship[Any] | str) -> _Prefetch | None:
    """Load relationships at once: of objects in hand, or as an option of a question.

    `prefetch(users, "orders.lines", "profile")` loads now, one statement for each step;
    `select(User).options(prefetch("orders.lines"))` loads with the answer.

    Raises:
        UnknownRelationshipError: A name is no relationship, or none is given.
        TypeError: A name is no text.
    """
    if isinstance(first, (str, Relationship)):
        return _Prefetch(tuple(selectinload(name) for name in (first, *names)))
    instances = list(first)
    if not names:
        raise UnknownRelationshipError("prefetch() needs the name of a relationship to load.")
    options = [selectinload(name) for name in names]
    for mapper, group in _by_mapper(instances):
        apply(group, load_tree(mapper, options), _session_of(group), is_renewed=True)
    return None


@dataclass(frozen=True, slots=True)
class _Prefetch:
    """Several paths as one option."""

    options: tuple[LoadOption, ...]

    def __iter__(self) -> Iterator[LoadOption]:
        return iter(self.options)


@dataclass(slots=True)
class LoadTree:
    """What to do with each relationship of one model's objects, and of theirs."""

    mapper: Mapper
    steps: dict[str, LoadStep] = field(default_factory=dict)

    @property
    def rules(self) -> dict[str, str]:
        """How relationships that are not loaded behave when they are read."""
        words = {"raise": "raise", "noload": "noload", "lazy": "select"}
        return {
            name: words[step.strategy]
            for name, step in self.steps.items()
            if step.strategy in words
        }


@dataclass(slots=True)
class LoadStep:
    """One relationship: how it is loaded, and what comes after it."""

    link: Link | None
    strategy: Strategy
    after: LoadTree | None


def load_tree(mapper: Mapper, options: Iterable[Any]) -> LoadTree:
    """Return what the options and the relationships' own declarations ask for.

    Raises:
        UnknownRelationshipError: An option names no relationship of the model it applies to.
        QueryError: Something is no loading option.
    """
    tree = LoadTree(mapper)
    for option in _flat(options):
        _grow(tree, option.steps)
    return tree


def apply(
    instances: Sequence[Any], tree: LoadTree, session: Any, *, is_renewed: bool = False
) -> None:
    """Load for instances what a tree asks for, and set the rules for what it does not.

    Args:
        is_renewed: Read what was loaded before again, unless it has unsaved changes.
    """
    if not instances:
        return
    _set_rules(instances, tree)
    names = {*tree.steps, *_eager_names(tree.mapper)} - {"*"}
    for name in sorted(names):
        step = tree.steps.get(name)
        link: Link = tree.mapper.relationships[name].link
        if strategy_of(tree, name) not in ("selectin", "joined"):
            continue
        if is_renewed:
            forget(instances, link)
        after = step.after if step is not None else None
        if after is None and _eager_names(link.target):
            is_new = any(not link.is_loaded(instance) for instance in instances)
            after = LoadTree(link.target) if is_new else None
        loading.load(link, instances, session)
        if after is not None:
            related = _distinct(item for owner in instances for item in link.members(owner))
            apply(related, after, session, is_renewed=is_renewed)


def strategy_of(tree: LoadTree, name: str) -> Strategy:
    """Return how a relationship is loaded, by an option or as it declares itself."""
    step = tree.steps.get(name)
    if step is not None and step.strategy != "default":
        return step.strategy
    lazy: str = tree.mapper.relationships[name].lazy
    if lazy == "joined":
        return "joined"
    return "selectin" if lazy == "selectin" else "lazy"


def forget(instances: Iterable[Any], link: Link) -> None:
    """Drop what is loaded of a relationship, unless it has changes to write."""
    for instance in instances:
        value = instance.__dict__.get(link.name)
        if getattr(value, "before", None) is None:
            instance.__dict__.pop(link.name, None)


def _eager_names(mapper: Mapper) -> list[str]:
    return [
        name
        for name, declared in mapper.relationships.items()
        if declared.lazy in ("selectin", "joined")
    ]


def _set_rules(instances: Sequence[Any], tree: LoadTree) -> None:
    rules = tree.rules
    if not rules:
        return
    for instance in instances:
        batch = instance.__dict__.get(BATCH)
        if batch is not None and batch.rules != rules:
            batch.rules = rules
    for name in rules:
        if name != "*":
            forget(instances, tree.mapper.relationships[name].link)


def _grow(tree: LoadTree, steps: tuple[tuple[str, Strategy], ...]) -> None:
    (name, strategy), rest = steps[0], steps[1:]
    declared = tree.mapper.relationships.get(name)
    if declared is None and name != "*":
        raise UnknownRelationshipError(
            f"{tree.mapper.model.__name__} has no relationship '{name}'. Its relationships are: "
            f"{', '.join(tree.mapper.relationships) or 'none'}.",
            table_name=tree.mapper.table,
        )
    link = declared.link if declared is not None else None
    step = tree.steps.get(name)
    if step is None:
        step = tree.steps[name] = LoadStep(link, strategy, None)
    elif strategy != "default":
        step.strategy = strategy
    if rest and link is not None:
        if step.after is None:
            step.after = LoadTree(link.target)
        _grow(step.after, rest)


def _steps(
    strategy: Strategy, path: Sequence[Relationship[Any] | str]
) -> tuple[tuple[str, Strategy], ...]:
    if not path:
        raise UnknownRelationshipError("A loading option needs the relationship it is about.")
    names: list[str] = []
    for part in path:
        if isinstance(part, Relationship):
            names.append(part.name)
        elif isinstance(part, str):
            names.extend(part.split("."))
        else:
            raise TypeError(f"{part!r} is neither a relationship nor the name of one.")
    return tuple((name, strategy) for name in names)


def _flat(options: Iterable[Any]) -> Iterator[LoadOption]:
    for option in options:
        if isinstance(option, LoadOption):
            yield option
        elif isinstance(option, _Prefetch):
            yield from option
        else:
            raise QueryError(f"{option!r} is no loading option; use selectinload(User.orders).")


def _by_mapper(instances: Iterable[Any]) -> list[tuple[Mapper, list[Any]]]:
    groups: dict[Mapper, list[Any]] = {}
    for instance in instances:
        groups.setdefault(instance.__mapper__, []).append(instance)
    return list(groups.items())


def _session_of(instances: Sequence[Any]) -> Any:
    return instances[0].__dict__.get(SESSION)


def _distinct(items: Iterable[Any]) -> list[Any]:
    return list({id(item): item for item in items}.values())
