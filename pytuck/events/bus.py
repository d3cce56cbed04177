"""Who hears what: listeners of classes and of single objects.

The listeners of a target are kept by the target itself, so nothing here keeps a session, a
storage or a model alive. A class passes its events on to the listeners of its bases.
"""

from __future__ import annotations

import inspect
import weakref
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import count
from typing import Any, TypeVar

from pytuck.common.exceptions import UnknownEventError, ValidationError
from pytuck.events.catalogue import CATALOGUE

Function = Callable[..., object]
F = TypeVar("F", bound=Function)

_LISTENERS = "__pytuck_listeners__"
"""The attribute of a target with its listeners by name."""

_FOUND = "__pytuck_found_listeners__"
"""The attribute of a class with all who hear it, its bases' listeners included, by name."""


@dataclass(frozen=True, slots=True)
class Listener:
    """One registered function.

    Attributes:
        position: Its place in the order of registration, over all targets.
        wants_session: It has a second parameter.
    """

    position: int
    function: Function
    wants_session: bool

    def __call__(self, subject: object, session: object = None) -> None:
        """Call the function with as many arguments as it takes."""
        if self.wants_session:
            self.function(subject, session)
        else:
            self.function(subject)


class EventManager:
    """Registers listeners and finds those of a target.

    A listener is called once for an event, in the order of registration, however many of the
    classes it hears about. Changes made while an event is being told count from the next one on.
    """

    def __init__(self) -> None:
        self._positions = count()
        self._targets: weakref.WeakSet[Any] = weakref.WeakSet()
        self._has_targets = False
        self._version = 0

    # --- Registering ---

    def listen(self, target: object, name: str, function: Function) -> None:
        """Have `function` called when the event happens to the target.

        Args:
            target: A model class (its subclasses count, too; the declarative base stands for all
                its models), the class `Session` or `Storage`, or one session or storage.
            name: The event, as in `pytuck.events.CATALOGUE`.
            function: Takes the instance, list, session or storage; a model's listener may have a
                second parameter and gets the session there. A second registration of the same
                function does nothing.

        Raises:
            UnknownEventError: The target has no event of this name. It is a `ValueError`, too.
            ValidationError: The target has no events, or the function cannot be called.
        """
        family = _check(target, name)
        wants_session = _check_function(function, family)
        if self.contains(target, name, function):
            return
        listener = Listener(next(self._positions), function, wants_session)
        own = _own_listeners(target)
        self._replace(target, name, (*own.get(name, ()), listener))

    def listens_for(self, target: object, name: str) -> Callable[[F], F]:
        """Return the decorator that registers a function, see `listen`."""

        def register(function: F) -> F:
            self.listen(target, name, function)
            return function

        return register

    def remove(self, target: object, name: str, function: Function) -> None:
        """Take a listener away; one that is not registered is no error.

        Raises:
            UnknownEventError: The target has no event of this name.
        """
        _check(target, name)
        remaining = [
            item for item in _own_listeners(target).get(name, ()) if item.function != function
        ]
        self._replace(target, name, tuple(remaining))

    def clear(self, target: object = None) -> None:
        """Take all listeners of a target away, or those of all targets."""
        for item in list(self._targets) if target is None else [target]:
            if _own_listeners(item):
                setattr(item, _LISTENERS, {})
            self._targets.discard(item)
        self._has_targets = bool(self._targets)
        self._version += 1

    def contains(self, target: object, name: str, function: Function) -> bool:
        """Return whether `function` is registered for this very target and event."""
        return any(item.function == function for item in _own_listeners(target).get(name, ()))

    # --- Telling ---

    def of_class(self, target: type, name: str) -> tuple[Listener, ...]:
        """Return who hears an event of a class, in order. Cost: two dictionary look-ups."""
        if not self._has_targets:
            return ()
        version, found = target.__dict__.get(_FOUND, (None, {}))
        if version != self._version:
            found = {}
            setattr(target, _FOUND, (self._version, found))
        listeners: tuple[Listener, ...] | None = found.get(name)
        if listeners is None:
            listeners = found[name] = _in_order(target.__mro__, name)
        return listeners

    def of_object(self, target: object, name: str) -> tuple[Listener, ...]:
        """Return who hears an event of one session or storage, in order."""
        if not self._has_targets:
            return ()
        of_class = self.of_class(type(target), name)
        own = _own_listeners(target).get(name, ())
        if not own or not of_class:
            return own or of_class
        return _in_order((*type(target).__mro__, target), name)

    def tell(self, target: object, name: str) -> None:
        """Tell an event of a session or storage to its listeners."""
        if self._has_targets:
            for listener in self.of_object(target, name):
                listener(target)

    # --- The old library's names ---

    def dispatch_model(
        self, model: type, name: str, instance: object, session: object = None
    ) -> None:
        """Tell an event of an instance to the listeners of its class."""
        for listener in self.of_class(model, name):
            listener(instance, session)

    def dispatch_model_bulk(
        self, model: type, name: str, instances: list[Any], session: object = None
    ) -> None:
        """Tell an event of a list of instances to the listeners of their class."""
        self.dispatch_model(model, name, instances, session)

    def dispatch_storage(self, storage: object, name: str) -> None:
        """Tell an event of a storage to its listeners."""
        self.tell(storage, name)

    def _replace(self, target: Any, name: str, listeners: tuple[Listener, ...]) -> None:
        # A new dictionary each time: who is just being told keeps the old tuple.
        setattr(target, _LISTENERS, {**_own_listeners(target), name: listeners})
        self._targets.add(target)
        self._has_targets = True
        self._version += 1


event = EventManager()
"""The one event manager of the process."""


def _own_listeners(target: object) -> dict[str, tuple[Listener, ...]]:
    own: dict[str, tuple[Listener, ...]] = vars(target).get(_LISTENERS, {})
    return own


def _in_order(targets: Iterable[object], name: str) -> tuple[Listener, ...]:
    """Return the listeners of all targets by registration, each function once."""
    found = [item for target in targets for item in _own_listeners(target).get(name, ())]
    ordered: list[Listener] = []
    for listener in sorted(found, key=lambda item: item.position):
        if all(listener.function != other.function for other in ordered):
            ordered.append(listener)
    return tuple(ordered)


def _check(target: object, name: str) -> str:
    """Return the family of a target that has an event of this name."""
    family = getattr(target, "__event_family__", None)
    if family not in CATALOGUE or (family == "model" and not isinstance(target, type)):
        raise ValidationError(
            f"{target!r} has no events. Listen to a model class, to Session or Storage, or to a "
            "session or storage."
        )
    if name not in CATALOGUE[family]:
        raise UnknownEventError(str(name), family, tuple(CATALOGUE[family]))
    return str(family)


def _check_function(function: Function, family: str) -> bool:
    """Return whether a listener is to get the session, too: decided once, when it registers."""
    if not callable(function):
        raise ValidationError(f"A listener must be a function, not {function!r}.")
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return False  # written in C, such as list.append
    wants_session = family == "model" and _has_second_parameter(parameters)
    given = ("subject", "session") if wants_session else ("subject",)
    try:
        inspect.signature(function).bind(*given)
    except TypeError as err:
        takes = "(instance) or (instance, session)" if family == "model" else f"({family})"
        raise ValidationError(
            f"A listener of these events takes {takes}; {function!r} cannot be called so: {err}."
        ) from err
    return wants_session


def _has_second_parameter(parameters: Iterable[inspect.Parameter]) -> bool:
    if any(item.kind is item.VAR_POSITIONAL for item in parameters):
        return True
    positional = [
        item
        for item in parameters
        if item.kind in (item.POSITIONAL_ONLY, item.POSITIONAL_OR_KEYWORD)
    ]
    if len(positional) < 2:
        return False
    second = positional[1]
    return second.default is second.empty or second.name == "session"
