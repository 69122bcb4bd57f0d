"""Functions as answers: what the kernel would emit of them, and the verdict on it."""

import functools
from types import SimpleNamespace

import numpy as np

from course_bank import bank, problem_sets
from course_bank.authoring.notebook import _answer
from course_bank.core.function_questions import FunctionQuestion
from course_bank.topics.from_scratch import timing
from course_lib import ops
from tests.released import key_of

FUNCTIONS = [name for name, q in bank.items() if isinstance(q, FunctionQuestion)]
ASSIGNMENT = {name: listed.id for listed in problem_sets.values() for name in listed.questions}


def variant_of(name, secret="a secret"):
    return key_of(ASSIGNMENT[name]).graded_variant(name, "ada", secret)


def fast(ratio, variant, **changes):
    """Rounds in which the function of a timed question was so many times faster than loops."""
    seconds = timing.PRODUCTS * 1e-6 / ratio
    right = right_outputs(variant.question.id, variant.inputs_seed)
    return [{"outputs": o, "seconds": seconds, "pace": 1e-6, **changes} for o in right]


@functools.cache
def right_outputs(name, seed):
    """The outputs of the rounds of a timed question."""
    variant, question = SimpleNamespace(inputs_seed=seed), bank[name]
    inputs = [question.round_inputs(variant, number) for number in range(question.timed)]
    inputs = [[array.astype(np.float64) for array in arrays] for arrays in inputs]
    return [ops.conv(image[None], kernel)[0] for image, kernel, _ in inputs]


def emitted(variant, namespace):
    """What the probe emits beside ``namespace``, as in the student's kernel."""
    values = {}
    exec(variant.question.probe(variant), {**namespace, "emit": values.update})
    if values and variant.question.timed:
        values["rounds"] = fast(99, variant)
    return values


def verdict(name, function, secret="a secret"):
    variant = variant_of(name, secret)
    return variant.question.grade(variant, emitted(variant, {bank[name].variable: function}))


def solutions():
    """The functions of the instructor's notebook, by name."""
    namespace = {"np": np}
    for name in FUNCTIONS:
        exec(_answer(bank[name]), namespace)
    return namespace
