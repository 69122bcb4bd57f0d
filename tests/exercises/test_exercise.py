"""The student's side: own numbers at once, complaints about the form, never the answer."""

import json

import numpy as np
import pytest

from course_bank import bank, sheet, student_variant
from course_lib import exercise
from course_lib.exercise import Exercise, FormError, Numbers

PS2, PS7 = "ps2-output-shapes", "ps7-convolution-from-scratch"


@pytest.fixture
def shown(monkeypatch):
    texts = []
    monkeypatch.setattr(exercise, "_display_markdown", texts.append)
    return texts


def test_the_own_numbers_are_shown(shown):
    Exercise(PS2, student="ada").show("sizes-stride")
    variant = student_variant("sizes-stride", "ada", PS2)
    assert variant.prompt in shown[0]
    assert "the numbers of **ada**" in shown[0]
    assert "Assign a whole number to `sizes_stride`" in shown[0]
    assert "(2 points" in shown[0]
    assert "In the book: Chapter 3, Stride." in shown[0]


def test_numbers_can_be_read_both_ways_and_stay():
    n = Exercise(PS2, student="ada").numbers("sizes-stride")
    assert n.size == n["size"] == Exercise(PS2, student="ada").numbers("sizes-stride").size
    assert n != Exercise(PS2, student="bob").numbers("sizes-stride")
    with pytest.raises(AttributeError, match="no number 'sise' here; there are: size, kernel"):
        n.sise  # noqa: B018


def test_spaces_around_an_id_do_not_matter():
    assert Exercise(PS2, student=" ada ").numbers("sizes-valid") == Exercise(
        PS2, student="ada"
    ).numbers("sizes-valid")


def test_letters_with_accents_are_the_same_on_every_keyboard():
    one, two = "Ad\u00e8le", "Ade\u0300le"
    assert Exercise(PS2, one).numbers("sizes-valid") == Exercise(PS2, two).numbers("sizes-valid")


def test_the_sample_student_is_told_apart(shown):
    sample = Exercise(PS2)
    sample.show("sizes-valid")
    assert "These are not yours" in shown[0]
    assert "These are not yours" in sample._repr_markdown_()
    assert "These are not yours" not in Exercise(PS2, student="ada")._repr_markdown_()


def test_every_check_warns_while_the_id_is_the_samples(capsys):
    for student, warned in (("demo", True), ("ada", False)):
        Exercise(PS2, student=student).check_form("sizes-valid", 4)
        assert ('STUDENT_ID is still "demo"' in capsys.readouterr().out) == warned


def test_the_overview_lists_every_task_with_its_numbers():
    text = Exercise(PS2, student="ada")._repr_markdown_()
    for name, n in ((q["id"], q["numbers"]) for q in sheet(PS2, "ada")["questions"]):
        assert f"`{name}`" in text
        assert str(next(iter(n.values()))) in text


def test_the_overview_tells_what_the_tasks_use():
    mnist = Exercise("ps8-mnist-in-keras", student="ada")._repr_markdown_()
    assert "| `mnist-arrays` | the same for everybody |" in mnist
    assert "rate" not in mnist.split("`mnist-count`")[1].split("\n")[0]
    assert "rate" in mnist.split("`mnist-model`")[1].split("\n")[0]
    scratch = Exercise(PS7, student="ada")._repr_markdown_()
    assert "outputs" not in scratch
    assert "| `max-pool2d` | an example: maps 5 × 6 × 2, size 2, strides 2 |" in scratch
    assert "..." not in Exercise("ps4-model-summaries", student="ada")._repr_markdown_()


def test_unknown_names_are_told_with_what_there_is():
    with pytest.raises(ValueError, match="no assignment 'ps9'; there are: ps1-pixels"):
        Exercise("ps9", student="ada")
    with pytest.raises(ValueError, match=r"no task 'sizes-vald'\. Did you mean 'sizes-valid'"):
        Exercise(PS2, student="ada").show("sizes-vald")
    for nobody, mended in (("", "ada"), ("  ", "ada"), (51234, "51234"), (None, "ada")):
        with pytest.raises(ValueError, match="student must be your id as a text in quotes") as told:
            Exercise(PS2, student=nobody)
        assert f'STUDENT_ID = "{mended}"' in str(told.value)
        assert told.value._render_traceback_() == [str(told.value)]


@pytest.mark.parametrize("value", [26, "26", 26.0, np.int64(26), [26]])
def test_a_readable_answer_is_confirmed_and_not_judged(value, capsys):
    Exercise(PS2, student="ada").check_form("sizes-valid", value)
    assert capsys.readouterr().out.startswith("sizes_valid: this can be graded.")


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (None, "sizes_valid: Not answered yet."),
        (26.5, "sizes_valid: A whole number is expected here, and 26.5 is none."),
        ("wide", "sizes_valid: A number is expected, not the text 'wide'."),
        (object(), "sizes_valid: A number is expected, not a value of type object."),
    ],
)
def test_an_unreadable_answer_is_complained_about(value, sentence):
    with pytest.raises(AssertionError) as caught:
        Exercise(PS2, student="ada").check_form("sizes-valid", value)
    assert str(caught.value).startswith(sentence)


def test_a_notebook_shows_the_complaint_without_a_traceback():
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell()
    shell.user_ns["FormError"] = FormError
    result = shell.run_cell("raise FormError('sizes_valid: Not answered yet.')", silent=True)
    assert isinstance(result.error_in_exec, FormError)
    assert result.error_in_exec._render_traceback_() == ["sizes_valid: Not answered yet."]


def test_right_and_wrong_answers_look_the_same(capsys):
    student = Exercise(PS2, student="ada")
    variant = student_variant("sizes-valid", "ada", PS2)
    for value in (variant.answer, variant.answer + 1):
        student.check_form("sizes-valid", value)
    first, second = capsys.readouterr().out.splitlines()
    assert first == second


def test_functions_are_tried_on_the_students_example(capsys):
    student = Exercise(PS7, student="ada")
    with pytest.raises(FormError, match=r"conv2d_loops: Not answered yet\."):
        student.check_form("conv2d-loops", None)
    with pytest.raises(FormError, match="conv2d_loops: It returns nothing yet"):
        student.check_form("conv2d-loops", lambda image, kernel, bias: None)
    right = bank["conv2d-loops"].answer
    student.check_form("conv2d-loops", lambda f=right, **arguments: f(**arguments))
    assert "can be graded" in capsys.readouterr().out


def test_the_sheet_of_the_grader_is_used_in_place_of_the_bank(tmp_path, monkeypatch):
    """Where COURSE_SHEET names a file, what the notebook says about the student is not believed."""
    path = tmp_path / "sheet.json"
    path.write_text(json.dumps(sheet(PS2, "ada")))
    monkeypatch.setenv("COURSE_SHEET", str(path))
    monkeypatch.setattr(exercise, "_draw", None)
    given = Exercise(PS2, student="somebody else")
    assert given.student == "ada"
    assert given.numbers("sizes-valid") == sheet(PS2, "ada")["questions"][0]["numbers"]


def test_without_the_bank_the_form_is_not_checked(tmp_path, monkeypatch, capsys):
    def hidden(entry, value):
        raise ImportError("no bank here")

    monkeypatch.setattr(exercise, "_problem", hidden)
    Exercise(PS2, student="ada").check_form("sizes-valid", object())
    assert capsys.readouterr().out == ""


def test_stock_nbgrader_gets_points_from_the_hidden_check(capsys):
    student = Exercise(PS2, student="ada")
    variant = student_variant("sizes-stride", "ada", PS2)
    assert student.hidden_check("sizes-stride", {"sizes_stride": variant.answer}) == 2
    wrong = variant.misconceptions[0]
    assert student.hidden_check("sizes-stride", {"sizes_stride": wrong.answer}) == 2 * wrong.credit
    assert student.hidden_check("sizes-stride", {}) == 0
    assert wrong.message in capsys.readouterr().out


def test_numbers_are_a_dict():
    assert json.dumps(Numbers(a=1)) == '{"a": 1}'
