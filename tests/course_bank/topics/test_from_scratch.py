"""Questions answered by functions: graded on hidden inputs, property by property."""

import numpy as np
import pytest

from course_bank import bank
from course_bank.core.function_questions import Case
from course_bank.core.question import CLOSE
from course_lib.exercise import Numbers
from course_lib.exercise.functions import check_function
from tests.course_bank.topics.functions import (
    FUNCTIONS,
    emitted,
    solutions,
    variant_of,
    verdict,
)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("secret", ["one", "two", "three"])
def test_the_notebooks_solution_gets_full_marks(name, secret):
    assert verdict(name, solutions()[bank[name].variable], secret).credit == 1


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_solution_reproduces_the_students_example(name):
    numbers = variant_of(name).numbers
    assert check_function(numbers, solutions()[bank[name].variable]) is None


@pytest.mark.parametrize(
    ("name", "place"), [(n, i) for n in FUNCTIONS for i in range(len(bank[n].misconceptions))]
)
def test_each_misconception_is_named_and_gets_its_credit(name, place):
    wrong = bank[name].misconceptions[place]
    found = verdict(name, wrong.compute)
    assert found.misconception == wrong.name
    assert found.message == wrong.message
    assert wrong.credit <= found.credit < 1


@pytest.mark.parametrize("name", FUNCTIONS)
def test_misconceptions_of_a_function_differ_on_the_hidden_inputs(name):
    """Otherwise the first one listed would be named for the second."""
    question, cases = bank[name], bank[name].drawn_cases(variant_of(name))
    rules = [question.answer, *(wrong.compute for wrong in question.misconceptions)]
    for i, first in enumerate(rules):
        outputs = [question._expected(first, case) for case in cases]
        for other in rules[i + 1 :]:
            theirs = [question._expected(other, case) for case in cases]
            assert any(
                np.shape(a) != np.shape(b) or not np.allclose(a, b, atol=1e-3)
                for mine, yours in zip(outputs, theirs, strict=True)
                for a, b in zip(mine, yours, strict=True)
            )


@pytest.mark.parametrize("name", FUNCTIONS)
def test_hidden_inputs_follow_from_the_secret(name):
    first, second = variant_of(name, "one"), variant_of(name, "two")
    assert first.numbers == second.numbers
    cases = bank[name].drawn_cases
    assert cases(first) != cases(second)
    assert cases(first) == cases(variant_of(name, "one"))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_nothing_errors_and_nonsense_are_told(name):
    variant, question = variant_of(name), bank[name]
    assert question.grade(variant, emitted(variant, {})).misconception == "empty"
    assert verdict(name, lambda *arguments: None).message == "The function returns nothing yet."
    number = question.grade(variant, emitted(variant, {question.variable: 5}))
    assert number.message == f"`{question.variable}` must be a function, not a number."
    broken = verdict(name, lambda *arguments: 1 / 0)
    assert (broken.credit, broken.misconception) == (0, "error")
    assert "ZeroDivisionError" in broken.message
    for nonsense in ("text", float("nan"), [[1], [2, 3]], np.full((2, 2), np.inf), {"a": 1}):
        found = verdict(name, lambda *arguments, value=nonsense: value)
        assert found.credit == 0
        assert found.message


def test_grading_survives_whatever_is_emitted():
    for name in FUNCTIONS:
        variant = variant_of(name)
        for values in (None, 3, {}, {"case0": object()}, {"case0": [None]}, {"error0": 5}):
            assert bank[name].grade(variant, values).credit == 0


def test_partial_credit_for_each_property():
    def no_channels(image, kernel, bias):
        if image.shape[2] > 1:
            raise IndexError("too many channels")
        return bank["conv2d-loops"].answer(image, kernel, bias)

    found = verdict("conv2d-loops", no_channels)
    assert found.credit == pytest.approx(2 / 5)
    assert found.misconception is None
    assert "Right: one channel and one filter" in found.message
    assert "Not yet: several channels; several filters; the bias." in found.message
    assert "IndexError: too many channels" in found.message


def test_partial_credit_for_each_part_of_the_backward_pass():
    def bias_only(grad, image, kernel):
        return image, kernel, grad.sum(axis=(0, 1))

    found = verdict("conv2d-backward", bias_only)
    assert found.credit == 0  # a line that needs no idea earns nothing alone
    assert found.message.startswith("Right: grad_bias. Not yet: grad_image; grad_kernel. With one")

    def bias_and_image(grad, image, kernel):
        return (
            *bank["conv2d-backward"].answer(grad, image, kernel)[::2][:1],
            kernel,
            grad.sum((0, 1)),
        )

    assert verdict("conv2d-backward", bias_and_image).credit == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("function", "sentence"),
    [
        (
            lambda grad, image, kernel: image,
            "It must return 3 arrays: grad_image, grad_kernel, gra",
        ),
        (lambda grad, image, kernel: (image, kernel), "It must return 3 arrays: grad_image"),
        (
            lambda grad, image, kernel: (image[1:], kernel, grad.sum(axis=(0, 1))),
            "With one channel and one filter, grad_image has the shape (4, 5, 1), not (5, 5, 1).",
        ),
        (
            lambda grad, image, kernel: (image, kernel, grad.sum(axis=(0, 1))),
            "grad_image and grad_kernel have the right shape, but other values.",
        ),
        (lambda grad, image, kernel: (image, kernel, "?"), "grad_bias is no array of numbers."),
        (
            lambda grad, image, kernel: None if image.shape[2] == 1 else (image, kernel, 0),
            "With one channel and one filter it returns nothing.",
        ),
    ],
)
def test_a_wrong_result_is_told_how_it_differs(function, sentence):
    assert sentence in verdict("conv2d-backward", function).message


def test_cases_whose_names_hold_commas_stay_apart():
    def valid_only(image, kernel, bias, strides, padding):
        return bank["conv2d-strided"].answer(image, kernel, bias, strides, "valid")[:99] * (
            padding == "valid"
        )

    found = verdict("conv2d-strided", valid_only).message
    assert "Right: stride 1 without padding; a stride. Not yet: same padding, odd kernel; " in found


def test_float32_is_as_good_as_float64():
    def single(image, kernel, bias):
        arrays = (a.astype(np.float32) for a in (image, kernel, bias))
        return bank["conv2d-windows"].answer(*arrays).astype(np.float32)

    assert verdict("conv2d-windows", single).credit == 1


def test_a_function_that_writes_into_its_input_hurts_itself_only():
    def greedy(maps, size, strides):
        result = bank["max-pool2d"].answer(maps, size, strides)
        maps[:] = 0
        return result

    assert verdict("max-pool2d", greedy).credit == 1


def test_the_visible_check_looks_at_the_students_example_only():
    numbers = Numbers(variant_of("conv2d-loops").numbers)

    def check(function):
        return check_function(numbers, function)

    assert check(5) == "A function is expected, not a number."
    assert check(lambda image, kernel, bias: None) == "It returns nothing yet."
    assert "must have shape (4, 4, 2), got (3,)" in check(lambda image, kernel, bias: bias[[0] * 3])
    assert "has other values" in check(lambda image, kernel, bias: np.zeros((4, 4, 2)))
    assert "ZeroDivisionError" in check(lambda image, kernel, bias: 1 / 0)
    assert check(lambda image, kernel, bias: np.array(numbers.outputs)) is None


def test_the_visible_check_wants_every_part():
    numbers = variant_of("conv2d-backward").numbers
    problem = check_function(numbers, lambda grad, image, kernel: grad)
    assert problem == "It must return 3 arrays: grad_image, grad_kernel, grad_bias."


def test_examples_are_no_whole_numbers_and_need_uneven_padding():
    """Rounding, and zeros on the wrong side, do not pass the check."""
    for name in [name for name in FUNCTIONS if name != "separable-count"]:  # which counts
        numbers = variant_of(name).numbers
        assert any(np.any(np.mod(v, 1)) for v in numbers.values() if isinstance(v, list)), name
    strided = bank["conv2d-strided"]
    numbers = variant_of("conv2d-strided").numbers
    for wrong in strided.misconceptions:
        if wrong.name in ("wrong padding side", "floor for ceil", "last output dropped"):
            compute = wrong.compute
            found = check_function(numbers, lambda f=compute, **n: f(**n))
            assert found.startswith("On your example outputs"), wrong.name


def test_no_hidden_size_is_a_multiple_of_the_stride_in_same_padding():
    for case in bank["conv2d-strided"].drawn_cases(variant_of("conv2d-strided")):
        image, *_, strides, padding = case.arguments
        if padding == "same" and strides > 1:
            assert all(side % strides for side in np.shape(image)[:2])


def test_the_check_names_a_library_that_does_the_work():
    def check(code):
        namespace = {"np": np}
        exec(code, namespace)
        numbers = variant_of("conv2d-loops").numbers
        return check_function(numbers, namespace["conv2d_loops"])

    head, body = "def conv2d_loops(image, kernel, bias):", "ops.conv(image[None], kernel)[0] + bias"
    found = check(f"from course_lib import ops\n{head}\n return {body}")
    assert found.startswith("It uses course_lib. Write it with NumPy alone")
    found = check(f"from course_lib.ops import conv\n{head}\n return conv(image[None], kernel)[0]")
    assert found.startswith("It uses course_lib.")
    assert check(f"{head}\n import scipy\n return scipy").startswith("It uses scipy.")
    assert check(f"{head}\n return np.zeros(3)").startswith("On your example")


@pytest.mark.parametrize(
    ("code", "loops"),
    [
        ("return np.array([[[(image[i:i+kh, j:j+kw] * kernel[..., f]).sum() + bias[f] "
         "for f in range(kernel.shape[3])] for j in range(w)] for i in range(h)])", True),
        ("out = np.zeros((h, w, kernel.shape[3]))\n"
         "    for i in range(h):\n        for j in range(w):\n"
         "            out[i, j] = np.tensordot(image[i:i+kh, j:j+kw], kernel, 3) + bias\n"
         "    return out", True),
        ("view = np.lib.stride_tricks.sliding_window_view(image, (kh, kw), (0, 1))\n"
         "    return np.einsum('ijcab,abcf->ijf', view, kernel) + bias", False),
        ("out = 0\n    for a in range(kh):\n        for b in range(kw):\n"
         "            out = out + image[a:a+h, b:b+w] @ kernel[a, b]\n"
         "    return out + bias", False),
    ],
)  # fmt: skip
def test_loops_are_asked_where_loops_are_asked(code, loops):
    head = (
        "    kh, kw = kernel.shape[:2]\n    h, w = image.shape[0] - kh + 1, image.shape[1] - kw + 1"
    )
    names = {"np": np}
    exec(f"def conv2d_loops(image, kernel, bias):\n{head}\n    {code}", names)
    found = verdict("conv2d-loops", names["conv2d_loops"])
    expected = (1, None) if loops else (CLOSE, "no loops")
    assert (found.credit, found.misconception) == expected


def test_cases_hold_no_ties():
    """Where a maximum is not unique its gradient is a matter of taste."""
    for secret in range(30):
        for case in bank["max-pool2d-backward"].drawn_cases(
            variant_of("max-pool2d-backward", str(secret))
        ):
            assert isinstance(case, Case)
            maps = np.array(case.arguments[1])
            assert len(np.unique(maps)) == maps.size


# what needs no idea: constants of the right shape, and the arguments as they are
LINES = [
    *(lambda right, given, fill=fill: np.full(np.shape(right), fill) for fill in (0.0, 1.0, -1.0)),
    *(lambda right, given, i=i: given[i] if i < len(given) else None for i in range(3)),
    lambda right, given: np.full(np.shape(right), np.mean(given[0])),
]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_ones_and_the_like_earn_nothing(name):
    """A ReLU may leave nothing but zeros, of sums or of their gradient: not in what is drawn."""
    question = bank[name]
    for secret in range(12):
        variant, cases = variant_of(name, str(secret)), []
        for case in question.drawn_cases(variant):
            given = [np.array(a) if isinstance(a, list) else a for a in case.arguments]
            cases.append((question.answer(*given), given))
        for line in LINES:
            values = {f"case{i}": of_line(line, *case) for i, case in enumerate(cases)}
            assert question.grade(variant, values).credit == 0


def of_line(line, right, given):
    """What a line of `LINES` puts in the place of the right result, or of each of its parts."""
    return [line(part, given) for part in right] if isinstance(right, tuple) else line(right, given)


# ------------------------------------------------------------- functions that call one another

ADJOINT = """
def conv2d_backward(grad, image, kernel):
    turned = kernel[::-1, ::-1].swapaxes(2, 3)
    sides = [(k - 1, k - 1) for k in kernel.shape[:2]]
    grad_image = conv2d_windows(np.pad(grad, [*sides, (0, 0)]), turned, 0.0)
    columns = [conv2d_loops(image[:, :, c : c + 1], grad[:, :, None], 0.0)
               for c in range(image.shape[2])]
    return grad_image, np.stack(columns, axis=2), grad.sum(axis=(0, 1))
"""
WINNERS = """
def max_pool2d_backward(grad, maps, size):
    spread, wide = np.zeros(maps.shape), np.ones((size, size, 1))
    won = np.kron(max_pool2d(maps, size, size), wide)
    rows, columns = won.shape[:2]
    spread[:rows, :columns] = (maps[:rows, :columns] == won) * np.kron(grad, wide)
    return spread
"""
SPOILED = {  # a mistake in what others call
    "conv2d_windows": lambda right: lambda image, kernel, bias: right(image, kernel, bias) + 1,
    "conv2d_loops": lambda right: lambda image, kernel, bias: right(image, kernel, bias)[:-1],
    "max_pool2d": lambda right: lambda maps, size, strides: right(maps, size, size + 1),
}


@pytest.mark.parametrize(
    ("name", "source", "spoiled"),
    [
        ("conv2d-strided", "", "conv2d_windows"),
        ("conv2d-backward", ADJOINT, "conv2d_windows"),
        ("conv2d-backward", ADJOINT, "conv2d_loops"),
        ("max-pool2d-backward", WINNERS, "max_pool2d"),
    ],
)
def test_a_mistake_in_a_function_costs_its_own_task_and_no_other(name, source, spoiled):
    variant, names = variant_of(name), solutions()
    exec(source, names)
    names[spoiled] = wrong = SPOILED[spoiled](names[spoiled])
    found = bank[name].grade(variant, emitted(variant, names))
    assert (found.credit, found.misconception) == (1, None), found.message
    assert found.message.startswith("Right on every hidden input. That is judged with right")
    assert names[spoiled] is wrong
    own = spoiled.replace("_", "-")
    assert bank[own].grade(variant_of(own), emitted(variant_of(own), names)).credit < 1


def test_a_mistake_of_its_own_stays():
    variant, names = variant_of("conv2d-strided"), solutions()
    names["conv2d_windows"] = lambda *given: np.zeros((2, 2))
    head = "def conv2d_strided(image, kernel, bias, strides, padding):"
    exec(f"{head}\n    return conv2d_windows(image[::-1, ::-1], kernel, bias)", names)
    found = bank["conv2d-strided"].grade(variant, emitted(variant, names))
    assert found.credit == 0
