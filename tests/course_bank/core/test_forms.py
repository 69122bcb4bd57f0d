"""Students write the same answer in many ways: accepted, or answered with a sentence."""

import numpy as np
import pytest

from course_bank import bank
from course_bank.core.forms import FORMS
from course_lib.exercise import forms
from course_lib.exercise.forms import FormProblem, check_form

ACCEPTED = [
    ("integer", 26, [26, 26.0, "26", " 26 ", np.int64(26), np.float32(26), [26], (26,), "26.0"]),
    ("integer", 1024, ["1,024", "1_024", np.array(1024), np.array([1024]), "+1024"]),
    ("integer", -3, ["-3", "−3", -3.0]),
    ("number", 0.5, [0.5, "0.5", "1/2", np.float32(0.5), [0.5]]),
    ("shape", [26, 24, 8], [(26, 24, 8), [26, 24, 8], (None, 26, 24, 8), "(None, 26, 24, 8)"]),
    ("shape", [26, 24, 8], ["26, 24, 8", "26x24x8", "26 × 24 × 8", "[26 24 8]", "(26,24,8)"]),
    ("shape", [26, 24, 8], [np.array([26, 24, 8]), ("26", "24", "8"), (26.0, 24, np.int32(8))]),
    ("shape", [26, 24, 8], [(1, 26, 24, 8), "1 x 26 x 24 x 8", np.array([1, 26, 24, 8])]),
    ("shape", [5], [5, "5", (5,), (None, 5)]),
    ("array", [[1, 2], [3, 4]], [[[1, 2], [3, 4]], ((1, 2), (3, 4)), "[[1, 2], [3, 4]]"]),
    ("array", [[1, 2], [3, 4]], [np.array([[1.0, 2], [3, 4]]), [["1", "2"], ["3", "4"]]]),
    (
        "array",
        [[1, 2], [3, 4]],
        [[[[1], [2]], [[3], [4]]], np.ones((1, 2, 2, 1)) * [[[1], [2]], [[3], [4]]]],
    ),
    ("choice", "b", ["b", "B", " b ", "b)", "(b)", "b.", ["b"]]),
    ("text", "same", ["same", "Same", " SAME ", "same.", ["same"]]),
]


@pytest.mark.parametrize(("form", "expected", "values"), ACCEPTED)
def test_the_same_answer_written_otherwise_is_accepted(form, expected, values):
    reader = FORMS[form]
    for value in values:
        assert reader.equal(reader.read(value), reader.read(expected), 1e-3), value
        assert check_form(form, value) is None, value


COMPLAINTS = [
    ("integer", 12.5, "whole number"),
    ("integer", "about 12", "A number is expected"),
    ("integer", True, "not True"),
    ("integer", [1, 2], "One number is expected"),
    ("integer", float("nan"), "nan"),
    ("integer", "inf", "inf"),
    ("integer", 10**30, "far too large"),
    ("integer", {"a": 1}, "A number is expected, not a dict."),
    ("integer", [[1, 2], [3, 4]], "One number is expected, not a table of them."),
    ("integer", {"type": "complex"}, "A number is expected, not a complex number."),
    ("shape", {"type": "function"}, "A tuple of numbers is expected, not a function."),
    ("number", "0,583", "Decimals are written with a point: 0.583, not 0,583."),
    ("number", "1,5", "Decimals are written with a point: 1.5, not 1,5."),
    ("integer", "0,583", "Decimals are written with a point"),
    ("number", (0, 583), "not the two numbers 0 and 583. If the comma was meant for decimals"),
    ("number", "14,873", "14,873 can be read in two ways. Write 14.873 or 14873"),
    ("number", "1'024,500", "Write 1024.500 or 1024500, without a comma."),
    ("number", "1,024’500", "Write 1.024500 or 1024500, without a comma."),
    ("number", "1/0", "A number is expected"),
    ("number", np.array([0.5, 0.6]), "One number is expected, not 2"),
    ("shape", (26, None, 8), "batch axis"),
    ("shape", (26, 24.5, 8), "Whole numbers"),
    ("shape", "twenty-six", "A tuple of numbers is expected"),
    ("shape", ((26, 24), 8), "flat tuple"),
    ("shape", (1,) * 40, "a few numbers"),
    ("shape", (26, "b", 8), "A number is expected"),
    ("shape", True, "not True or False"),
    ("array", [[1, 2], [3]], "same length"),
    ("array", [[1, float("nan")]], "NaN"),
    ("array", [["a", "b"]], "not of texts"),
    ("array", "nothing yet", "not a text"),
    ("array", "[" * 5000, "not a text"),
    ("array", np.zeros((200, 200)), "far more"),
    ("array", np.array([1j]), "each entry one number"),
    ("choice", "first", "One letter"),
    ("choice", 2, "One letter in quotes"),
    ("text", ["a", "b"], "A word in quotes"),
]


@pytest.mark.parametrize(("form", "value", "sentence"), COMPLAINTS)
def test_what_cannot_be_read_is_answered_with_a_sentence(form, value, sentence):
    assert sentence in check_form(form, value)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("value", [None, ..., "", "  ", [], (), np.array([])])
def test_empty_is_said_to_be_empty(form, value):
    assert check_form(form, value) == "Not answered yet."


def test_a_kernel_has_no_batch_axis():
    """A 1 in front of an output is a batch of one; in front of a kernel it is one row."""
    for form, right in (("shape", True), ("kernel", False)):
        reader = FORMS[form]
        assert reader.equal(reader.read((3, 50, 22)), [3, 50, 22], 1e-3)
        assert reader.equal(reader.read((1, 3, 50, 22)), [3, 50, 22], 1e-3) is right
        assert (check_form(form, (1, 3, 50, 22), "a tuple of three numbers") is None) is right


def test_a_fraction_is_read_where_a_whole_number_is_asked_for():
    """So that a forgotten floor can be named when it is graded."""
    assert FORMS["integer"].read(12.5) == 12.5


def test_problems_are_sentences():
    with pytest.raises(FormProblem, match=r"^A number is expected, not the text 'x'\.$"):
        forms.read_number("x")


@pytest.mark.parametrize(
    ("form", "value", "expected", "hint"),
    [
        ("shape", (26, 26), [26, 26, 8], "Yours has 2 numbers, the answer has 3."),
        ("shape", (9,), [26, 8], "Yours has 1 number, the answer has 2."),
        ("shape", (26, 26, 9), [26, 26, 8], None),
        ("shape", (1, 26, 26, 9), [26, 26, 8], None),
        ("shape", (2, 26, 26, 8), [26, 26, 8], "Yours has 4 numbers, the answer has 3."),
        ("kernel", (1, 3, 50, 22), [3, 50, 22], "Yours has 4 numbers, the answer has 3."),
        (
            "shape",
            (None, 48, 44, 6),
            [48, 44],
            "Yours has 3 numbers beside the batch axis, the answer has 2.",
        ),
        (
            "array",
            [[1, 2, 3]],
            [[1, 2], [3, 4]],
            "Yours is 1 row of 3 numbers, the answer 2 rows of 2 numbers.",
        ),
        ("array", [[[1, 2], [3, 5]]], [[1, 2], [3, 4]], None),
        ("array", 7, [1, 2, 3], "Yours is one number, the answer a list of 3 numbers."),
        ("integer", 4, 5, None),
        ("integer", 4.5, 4, None),
        ("number", 0.62, 0.625, "That is close, with too few decimals."),
        ("number", -0.3, -1 / 3, "That is close, with too few decimals."),
        ("number", 0.61, 0.625, None),
        ("number", 0, 0.3, None),
        ("number", 0.6211, 0.625, None),
        ("choice", "a", "b", None),
        ("text", "cat", "dog", None),
    ],
)
def test_a_wrong_answer_of_another_shape_is_told_so(form, value, expected, hint):
    form = FORMS[form]
    assert form.hint(form.read(value), expected) == hint


PAIR, THREE, MAP = "a pair (before, after)", "a list of three numbers", "a list of rows"


@pytest.mark.parametrize(
    ("form", "expects", "value", "sentence"),
    [
        ("shape", PAIR, (10,), "Yours has 1 number; asked for is a pair (before, after)."),
        ("shape", PAIR, 10, "Yours has 1 number; asked for is a pair (before, after)."),
        ("shape", PAIR, (10, 11, 12), "Yours has 3 numbers; asked for is a pair (before, after)."),
        ("shape", PAIR, (10, 11), None),
        ("shape", PAIR, "both", "A tuple of numbers is expected, not the text 'both'. Asked for "),
        ("shape", "a tuple of three numbers", (53, 20), "Yours has 2 numbers; asked for is a tup"),
        (
            "shape",
            "a tuple (height, width, channels)",
            (2, 26, 26, 8),
            "Yours has 4 numbers; asked for is a tuple (height, width, channels), without the ",
        ),
        ("shape", "a tuple (height, width, channels)", (1, 26, 26, 8), None),
        ("shape", "a tuple of numbers", (53, 20), None),
        (
            "kernel",
            "a tuple of four numbers",
            (None, 48, 44, 6),
            "Yours has 3 numbers beside the batch axis; asked for is a tuple of four numbers.",
        ),
        ("array", THREE, [53, 20], "Yours is a list of 2 numbers; asked for is a list of three"),
        ("array", THREE, [[53, 20, 1]], None),
        ("array", THREE, [[53, 20], [1, 2]], "Yours is 2 rows of 2 numbers; asked for is a list"),
        ("array", MAP, 5, "Yours is one number; asked for is a list of rows."),
        ("array", MAP, [1, 2], "Yours is a list of 2 numbers; asked for is a list of rows."),
        ("array", None, [1, 2], "Yours is a list of 2 numbers; asked for is an array, or a list"),
        ("array", MAP, [[1, 2]], None),
        ("array", MAP, [[[[1], [2]]]], None),
    ],
)
def test_the_words_of_the_question_say_how_many_numbers(form, expects, value, sentence):
    found = check_form(form, value, expects)
    assert found is None if sentence is None else found.startswith(sentence), found


@pytest.mark.parametrize(
    ("form", "text", "value"),
    [
        ("shape", "48 x 44 x 6", (48, 44, 6)),
        ("shape", "48 by 44 by 6", (48, 44, 6)),
        ("shape", "(?, 48, 44, 6)", (48, 44, 6)),
        ("shape", ("?", 48, 44, 6), (48, 44, 6)),
        ("shape", "48 44 6", (48, 44, 6)),
        ("shape", "1 024 x 7 x 6", (1024, 7, 6)),
        ("shape", "120 120", (120, 120)),
        ("integer", "1 024", 1024),
        ("integer", "12\u202f345\u00a0678", 12345678),
        ("number", "1 024.5", 1024.5),
        ("shape", "48 X 44 BY 6", (48, 44, 6)),
        ("shape", "shape: {48, 44, 6}", (48, 44, 6)),
        ("shape", "TensorShape([None, 48, 44, 6])", (48, 44, 6)),
        ("shape", "(Batch, 48, 44, 6)", (48, 44, 6)),
        ("shape", "1'024 x 7 x 6", (1024, 7, 6)),
        ("integer", "1’024", 1024),
        ("integer", "26.", 26),
    ],
)
def test_a_notebook_reads_what_a_quiz_reads(form, text, value):
    assert FORMS[form].read(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "[[4 8]\n [-2 0]]",
        "4 8; −2 0",
        "4, 8\n-2, 0",
        "4 8\r\n-2 0\r\n",
        "\t4 8\n\t-2 0",
        "4, 8,\r\n-2, 0,",
        "np.array([[4, 8], [-2, 0]])",
        "array([[ 4.,  8.],\n       [-2.,  0.]], dtype=float32)",
        "((4, 8), (-2, 0))",
    ],
)
def test_a_notebook_reads_the_arrays_that_a_quiz_reads(text):
    assert FORMS["array"].read(text).tolist() == [[4, 8], [-2, 0]]
    assert FORMS["array"].read("1 2 3").tolist() == FORMS["array"].read("[1, 2, 3]").tolist()


@pytest.mark.parametrize("case", [("integer", "1 02"), ("integer", "10 24"), ("shape", "a by b")])
def test_other_spaces_are_no_thousands(case):
    form, text = case
    with pytest.raises(FormProblem):
        FORMS[form].read(text)


def test_a_letter_that_is_no_option_is_told():
    variant = bank["pool-maximum-of-what"].variant(1)
    verdict = variant.question.grade(variant, {"value": "e"})
    assert (verdict.credit, verdict.misconception) == (0, "form")
    assert verdict.message == "The options are a, b, c, d; 'e' is none of them."
    assert variant.question.grade(variant, {"value": "(A)"}).misconception != "form"
