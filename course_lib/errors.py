"""Checks of numbers that users give: each says what was expected and what came.

The layers of the course share these checks, so that a stride of 0 reads the same wherever it
is met. Standard library only.
"""

import functools
import math
import numbers
import operator


class NotAnInteger(TypeError, ValueError):
    """A TypeError by its nature, and a ValueError, which is what Keras raises."""


def integer(owner, name, value, minimum=None):
    """``value`` as an int, or an error that names ``owner`` and ``name``.

    Raises `NotAnInteger` when it is none (True and 2.0 are none), ValueError below ``minimum``.
    """
    kind = {None: "an integer", 0: "an integer, 0 or more", 1: "a positive integer"}.get(
        minimum, f"an integer, {minimum} or more"
    )
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise NotAnInteger(f"{owner}: {name} must be {kind}, got {value!r}.")
    value = operator.index(value)
    if minimum is not None and value < minimum:
        raise ValueError(f"{owner}: {name} must be {kind}, got {value}.")
    return value


def per_axis(owner, name, value, axes, minimum=1):
    """``value`` once per spatial axis: 2 over two axes is (2, 2); a tuple must have one each."""
    if not isinstance(value, (tuple, list)):
        return (integer(owner, name, value, minimum),) * axes
    if len(value) != axes:
        raise ValueError(
            f"{owner}: {name} must be an integer or {axes} integers, one per spatial axis, "
            f"got {tuple(value)}."
        )
    return tuple(integer(owner, name, entry, minimum) for entry in value)


def number(owner, name, value, minimum=0, inclusive=False):
    """``value`` as it is, or an error unless it is a number above ``minimum`` (or equal to it)."""
    kind = "a positive number" if minimum == 0 else f"a number above {minimum}"
    if inclusive:
        kind = f"a number, {minimum} or more"
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{owner}: {name} must be {kind}, got {value!r}.")
    if not (minimum <= value if inclusive else minimum < value) or not math.isfinite(value):
        raise ValueError(f"{owner}: {name} must be {kind}, got {value!r}.")
    return value


def nearest(name, known, count=1):
    """The ``known`` names that ``name`` looks most like, best first; [] if none does."""
    import difflib

    by_lower = {other.lower(): other for other in known}
    found = difflib.get_close_matches(str(name).lower(), by_lower, n=count, cutoff=0.6)
    return [by_lower[lower] for lower in found]


def unknown_argument(owner, argument, known):
    """The TypeError for an argument that does not exist, with the one that may be meant."""
    close = nearest(argument, known)
    meant = f" Do you mean {close[0]}?" if close else ""
    names = ", ".join(known) or "none"
    return TypeError(f"{owner}: unknown argument {argument!r}.{meant} Known: {names}.")


@functools.lru_cache(maxsize=1024)
def parameters_of(function):
    """{name: parameter} of a function; of an ``__init__`` the first is ``self``."""
    import inspect

    return inspect.signature(function).parameters


def misfit(owner, function, args, kwargs):
    """None where ``function`` can be called so; else the TypeError that says why not.

    Its sentence begins with ``owner`` and names the arguments that there are.
    """
    import inspect

    parameters = parameters_of(function)
    try:
        inspect.Signature(list(parameters.values())).bind(*args, **kwargs)
        return None
    except TypeError as error:
        problem = str(error)
    several = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    known = [n for n, p in parameters.items() if p.kind not in several and n != "self"]
    for argument in kwargs:
        if argument not in parameters and "unexpected" in problem:
            return unknown_argument(owner, argument, known)
    return TypeError(f"{owner}: {problem}. Its arguments: {', '.join(known) or 'none'}.")


def says_what_it_takes(function):
    """A decorator: wrong arguments are answered by `misfit`, not by Python."""

    @functools.wraps(function)
    def checked(*args, **kwargs):
        try:
            return function(*args, **kwargs)
        except TypeError:
            if told := misfit(function.__name__, function, args, kwargs):
                raise told from None
            raise

    return checked


class SaysWhatItTakes(type):
    """The type of classes that answer wrong arguments by `misfit`, not by Python."""

    def __call__(cls, *args, **kwargs):
        try:
            return super().__call__(*args, **kwargs)
        except TypeError:
            made_by = _no_arguments if cls.__init__ is object.__init__ else cls.__init__
            if told := misfit(cls.__name__, made_by, (None, *args), kwargs):
                raise told from None
            raise


def _no_arguments(self):
    """How a class is made that says nothing of it."""
