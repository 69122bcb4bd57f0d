"""The operations and the rules of shapes say what kind of value each argument and result is."""

import inspect

import pytest

from course_lib import ops, shapes

FUNCTIONS = {
    f"{module.__name__}.{name}": getattr(module, name)
    for module in (ops, shapes)
    for name in module.__all__
    if inspect.isfunction(getattr(module, name))
}


def unsaid(function):
    """What a function says of no type: names of arguments, and "return"."""
    signature = inspect.signature(function)
    found = [name for name, p in signature.parameters.items() if p.annotation is p.empty]
    return found + ["return"] * (signature.return_annotation is signature.empty)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_argument_and_result_has_a_hint(name):
    assert unsaid(FUNCTIONS[name]) == []


def test_what_is_unsaid_is_found():
    def half(a: int, b):
        pass

    assert unsaid(half) == ["b", "return"]
