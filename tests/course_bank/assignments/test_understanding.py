"""Half of the automatic points of each assignment take an idea: no single call is enough.

What alone solves a question is declared on it (``solved_by``), and held against the library here:
what is declared must give the answer, and what is not must not.
"""

import ast
import functools
import itertools

import numpy as np
import pytest

import course_lib as keras
from course_bank import bank, problem_sets
from course_lib import ops, shapes
from course_lib.exercise import Numbers

ASSIGNED = [name for listed in problem_sets.values() for name in listed.questions]
VALUES = [name for name in dict.fromkeys(ASSIGNED) if not bank[name].hidden]
DECLARED = [name for name in VALUES if bank[name].solved_by]
LIBRARY = ("shapes", "ops", "keras")
DRAWINGS = 8

# every way to hand two to five numbers of a drawing to the rules of `shapes`
CALLS = {
    "shapes.output_size": shapes.output_size,
    "output_size, same": lambda n, k, s=1: shapes.output_size(n, k, s, "same"),
    "output_size, dilated": lambda n, k, d: shapes.output_size(n, k, dilation_rate=d),
    "shapes.padding_split": shapes.padding_split,
    "shapes.dropped": shapes.dropped,
    "shapes.transpose_output_size": shapes.transpose_output_size,
    "shapes.dense_parameters": shapes.dense_parameters,
    "dense_parameters, no bias": lambda i, u: shapes.dense_parameters(i, u, use_bias=False),
    "conv_parameters, 1D": lambda k, c, f: shapes.conv_parameters((k,), c, f),
    "conv_parameters, 2D": lambda k, c, f: shapes.conv_parameters((k, k), c, f),
    "conv_parameters, 3D": lambda k, d, c, f: shapes.conv_parameters((k, k, d), c, f),
    "multiply_adds": lambda s, k, c, f: shapes.multiply_adds((s, s), k, c, f),
    "receptive_field": lambda *kernels: shapes.receptive_field(list(kernels)),
    "receptive_field, strided": lambda k, s, m: shapes.receptive_field([(k, s), (m, 1)]),
}


@functools.cache
def variants(name):
    return [bank[name].variant(seed) for seed in range(DRAWINGS)]


def library_calls(source):
    """Names of the library's functions that ``source`` calls: "shapes.output_size"."""
    found = []
    for node in ast.walk(ast.parse(source, mode="eval")):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if name.split(".")[0] in LIBRARY and not name.startswith("keras.layers"):
                found.append(name)
    return [name for name in found if name != "keras.Input" and "(" not in name]


def thinks(source):
    """Whether a solution goes through cases: a loop or a condition."""
    kinds = (ast.GeneratorExp, ast.ListComp, ast.IfExp, ast.DictComp, ast.SetComp)
    return any(isinstance(node, kinds) for node in ast.walk(ast.parse(source, mode="eval")))


def handed(call, keys, n):
    """What ``call`` makes of these numbers of the drawing, in this order."""
    return call(*(n[key] for key in keys))


def solves(name, compute):
    """Whether ``compute(n)`` is right on all drawings."""
    for variant in variants(name):
        try:
            value = compute(Numbers(variant.numbers))
        except (ValueError, TypeError, ZeroDivisionError, MemoryError):
            return False
        value = getattr(value, "value", value)
        if variant.question.grade(variant, {"value": value}).credit < 1:
            return False
    return True


@pytest.mark.parametrize("name", problem_sets)
def test_half_of_the_automatic_points_take_an_idea(name):
    questions = problem_sets[name].questions
    easy = sum(points for question, points in questions.items() if bank[question].solved_by)
    assert 2 * easy <= sum(questions.values()), {q: bank[q].solved_by for q in questions}


@pytest.mark.parametrize("name", DECLARED)
def test_what_is_declared_alone_gives_the_answer(name):
    question = bank[name]
    calls, kind = library_calls(question.solution), question.solved_by
    if kind in ("formula", "numpy"):
        assert not calls
        assert kind == "numpy" or "np." not in question.solution.replace("round", "")
    else:
        assert set(calls) == {kind}
    names = {"np": np, "ops": ops, "shapes": shapes, "keras": keras}
    assert solves(name, lambda n: eval(question.solution, {**names, "n": n}))


@pytest.mark.parametrize("name", [name for name in VALUES if not bank[name].solved_by])
def test_no_call_of_the_library_gives_what_is_not_declared(name):
    """Whatever numbers of the drawing are handed to it, in whatever order."""
    solution = bank[name].solution
    outermost = ast.parse(solution, mode="eval").body
    while isinstance(outermost, ast.Attribute | ast.Subscript):
        outermost = outermost.value
    is_call = isinstance(outermost, ast.Call) and bool(library_calls(ast.unparse(outermost)))
    assert not is_call or thinks(solution), "one call is the whole solution: declare solved_by"
    whole = [key for key, value in variants(name)[0].numbers.items() if type(value) is int]
    for call, count in itertools.product(CALLS, (2, 3, 4)):
        for keys in itertools.permutations(whole, count):
            rule = functools.partial(handed, CALLS[call], keys)
            assert not solves(name, rule), (call, keys)


def test_a_call_that_is_not_declared_is_found():
    """The search of the test above would find the rule behind a plain question."""
    found = solves(
        "sizes-stride", lambda n: CALLS["shapes.output_size"](n.size, n.kernel, n.stride)
    )
    assert found
    assert library_calls(bank["summary-total"].solution) == ["keras.Sequential"]
    assert library_calls(bank["sizes-two-layers"].solution) == ["shapes.output_size"] * 2
