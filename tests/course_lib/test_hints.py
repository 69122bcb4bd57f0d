"""What is public says what kind of value each argument and result is."""

import inspect

import pytest

from course_lib import layers, model, ops, shapes, training


def functions_of(name, value):
    """(name, function) of a function, or of each method and property of a class."""
    if inspect.isfunction(value):
        yield name, value
    elif inspect.isclass(value):
        for member in dir(value):
            found = inspect.getattr_static(value, member)
            found = getattr(found, "__func__", getattr(found, "fget", found))
            public = not member.startswith("_") or member in ("__init__", "__call__")
            ours = inspect.isfunction(found) and found.__module__.startswith("course_lib.")
            if public and ours:
                qualified = found.__qualname__.replace("<lambda>", f"{member} (a lambda)")
                yield f"{found.__module__}.{qualified}", found


# Inherited methods stand here once, under the name of the class that has them.
FUNCTIONS = {
    name: function
    for package in (layers, model, ops, shapes, training)
    for public in package.__all__
    for name, function in functions_of(f"{package.__name__}.{public}", getattr(package, public))
}


def unsaid(function):
    """What a function says of no type: names of arguments, and "return"."""
    signature = inspect.signature(function)
    arguments = {n: p for n, p in signature.parameters.items() if n not in ("self", "cls")}
    found = [name for name, p in arguments.items() if p.annotation is p.empty]
    return found + ["return"] * (signature.return_annotation is signature.empty)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_argument_and_result_has_a_hint(name):
    assert unsaid(FUNCTIONS[name]) == []


def test_what_is_unsaid_is_found():
    def half(a: int, b):
        pass

    assert unsaid(half) == ["b", "return"]


def test_methods_properties_and_class_methods_are_looked_at():
    names = {"Layer.__init__", "Layer.forward", "Layer.from_config", "Layer.label"}
    assert {f"course_lib.layers.base.{name}" for name in names} < FUNCTIONS.keys()
