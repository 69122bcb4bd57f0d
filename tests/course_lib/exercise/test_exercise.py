"""The student's side: own numbers at once, complaints about the form, never the answer."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import course_lib
from course_bank import bank, problem_sets
from course_lib import exercise
from course_lib.exercise import Exercise, FormError, MissingError, Numbers, functions
from tests.released import key_of, put_sheets

PS2, PS7 = "ps2-output-shapes", "ps7-convolution-from-scratch"
PS4, PS8 = "ps4-model-summaries", "ps8-mnist-in-keras"
PS10, PS11 = "ps10-training-clinic", "ps11-modern-networks"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the notebooks lie, with their files of sheets."""
    made = tmp_path_factory.mktemp("notebooks")
    put_sheets(made, PS2, PS4, PS7, PS8, PS10, PS11)
    return made


@pytest.fixture(autouse=True)
def _beside_the_sheets(folder, monkeypatch):
    monkeypatch.chdir(folder)


@pytest.fixture
def shown(monkeypatch):
    texts = []
    monkeypatch.setattr(exercise, "_display_markdown", texts.append)
    return texts


def test_the_own_numbers_are_shown(shown):
    Exercise(PS2, student="ada").show("sizes-stride")
    variant = key_of(PS2).variant("sizes-stride", "ada")
    assert variant.prompt in shown[0]
    assert "the numbers of **ada**" in shown[0]
    assert "Assign a whole number to `sizes_stride`" in shown[0]
    assert f"({problem_sets[PS2].questions['sizes-stride']} point" in shown[0]
    assert "In the book: Chapter 3, Stride." in shown[0]


def test_numbers_can_be_read_both_ways_and_stay():
    n = Exercise(PS2, student="ada").numbers("sizes-stride")
    assert n.size == n["size"] == Exercise(PS2, student="ada").numbers("sizes-stride").size
    assert n != Exercise(PS2, student="bob").numbers("sizes-stride")
    with pytest.raises(AttributeError, match="no number 'sise' here; there are: size, kernel"):
        n.sise  # noqa: B018


def test_an_option_of_a_choice_has_its_letter():
    sheet, variant = Exercise(PS10, student="ada"), key_of(PS10).variant("clinic-flat-fault", "ada")
    for letter, text in variant.choices.items():
        assert sheet.letter("clinic-flat-fault", text) == letter
    with pytest.raises(ValueError, match="letter: clinic-flat-fault has no option 'a cold'; there"):
        sheet.letter("clinic-flat-fault", "a cold")
    with pytest.raises(ValueError, match="clinic-flat-pace has no option 'fast'; there are: none"):
        sheet.letter("clinic-flat-pace", "fast")


def test_a_letter_that_is_no_option_is_told_before_it_is_handed_in():
    sheet = Exercise(PS10, student="ada")
    with pytest.raises(AssertionError, match="The options are a, b, c, d, e; 'z' is none of them"):
        sheet.check_form("clinic-flat-fault", "z")


def test_what_stands_as_it_was_handed_out_is_not_answered(capsys):
    def predict_digits(images):
        """Digits of images."""

    sheet = Exercise(PS8, student="ada")
    sheet.check_form("mnist-predict", predict_digits)
    sheet.check_form("mnist-arrays", None)
    assert capsys.readouterr().out == (
        "mnist_predict: It returns nothing yet.\nmnist_arrays: Not answered yet.\n"
    )
    sheet.check_form("mnist-predict", lambda images: images)
    assert "this can be graded" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ((1, 2), "It must return 3 numbers: parameters, multiplications, map_bytes."),
        ((1, [2, 3], 4), "On your example parameters is another number than"),
        (([2, 3], 3, 4), "On your example parameters must be one number, not a list of 2 numbers."),
    ],
)
def test_a_function_of_numbers_is_told_of_numbers(given, told):
    with pytest.raises(AssertionError, match=told):
        Exercise(PS11, student="ada").check_form("separable-count", lambda *a, **k: given)


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
    for name, n in ((q["id"], q["numbers"]) for q in key_of(PS2).sheet("ada")["questions"]):
        assert f"`{name}`" in text
        assert str(next(iter(n.values()))) in text


def test_the_overview_tells_what_the_tasks_use():
    mnist = Exercise(PS8, student="ada")._repr_markdown_()
    assert "| `mnist-arrays` | the same for everybody |" in mnist
    assert "rate" not in mnist.split("`mnist-count`")[1].split("\n")[0]
    assert "rate" in mnist.split("`mnist-model`")[1].split("\n")[0]
    scratch = Exercise(PS7, student="ada")._repr_markdown_()
    assert "outputs" not in scratch
    assert "| `max-pool2d` | an example: maps 5 × 6 × 2, size 2, strides 2 |" in scratch
    assert "..." not in Exercise(PS4, student="ada")._repr_markdown_()


def test_unknown_names_are_told_with_what_there_is():
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
    variant = key_of(PS2).variant("sizes-valid", "ada")
    for value in (variant.answer, variant.answer + 1):
        student.check_form("sizes-valid", value)
    first, second = capsys.readouterr().out.splitlines()
    assert first == second


def test_a_function_that_returns_a_constant_is_no_stub():
    def documented(image):
        """As handed out."""

    def five(image):
        return 5

    def commented(image):
        """As handed out."""
        return 5.5

    assert [functions.is_stub(one) for one in (documented, five, commented)] == [True, False, False]


def test_functions_are_tried_on_the_students_example(capsys):
    student = Exercise(PS7, student="ada")
    for empty in (None, lambda image, kernel, bias: None):
        student.check_form("conv2d-loops", empty)  # "Run All" goes on
    assert capsys.readouterr().out == (
        "conv2d_loops: Not answered yet.\nconv2d_loops: It returns nothing yet.\n"
    )
    with pytest.raises(FormError, match="On your example"):
        student.check_form("conv2d-loops", lambda image, kernel, bias: bias)
    right = bank["conv2d-loops"].answer
    student.check_form("conv2d-loops", lambda f=right, **arguments: f(**arguments))
    told = capsys.readouterr().out
    assert told == "conv2d_loops: right on your example. Grading tries other inputs.\n"


def test_what_is_not_answered_is_printed_and_an_error_for_validate(capsys, monkeypatch):
    student = Exercise(PS2, student="ada")
    student.check_form("sizes-valid", None)
    assert capsys.readouterr().out == "sizes_valid: Not answered yet.\n"
    monkeypatch.setenv("NBGRADER_VALIDATING", "1")
    student.check_form("sizes-stride", 11)
    with pytest.raises(FormError) as caught:
        student.check_form("sizes-same-stride", "  ")
    assert str(caught.value) == (
        "sizes_same_stride: Not answered yet. (Validate looks at the form of answers, not at their "
        "values. So far 2 of 3 are missing.)"
    )


def test_the_sheet_of_the_grader_is_used_in_place_of_the_files(tmp_path, monkeypatch):
    """Where COURSE_SHEET names a file, what the notebook says about the student is not believed."""
    path = tmp_path / "sheet.json"
    path.write_text(json.dumps(key_of(PS2).sheet("ada")))
    monkeypatch.setenv("COURSE_SHEET", str(path))
    monkeypatch.chdir(tmp_path)
    given = Exercise(PS2, student="somebody else")
    assert given.student == "ada"
    assert given.numbers("sizes-valid") == key_of(PS2).sheet("ada")["questions"][0]["numbers"]


def test_numbers_are_a_dict():
    assert json.dumps(Numbers(a=1)) == '{"a": 1}'


# ---------------------------------------------------------------------------- what is missing


def test_missing_sheets_are_told_with_where_to_put_them(tmp_path, monkeypatch):
    put_sheets(tmp_path, PS4)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MissingError) as told:
        Exercise(PS2, student="ada")
    text = str(told.value)
    assert text.startswith("ps2-output-shapes.sheets.json is not here. It came with this notebook")
    assert str(tmp_path) in text
    assert "There are sheets of ps4-model-summaries" in text
    assert told.value._render_traceback_() == [text]


@pytest.mark.parametrize("place", [".", "below", "release/ps2-output-shapes"])
def test_sheets_are_found_near_where_python_works(tmp_path, monkeypatch, place):
    (tmp_path / place).mkdir(parents=True, exist_ok=True)
    put_sheets(tmp_path / place, PS2)
    (tmp_path / "source" / "x").mkdir(parents=True)
    monkeypatch.chdir(tmp_path if place != "release/ps2-output-shapes" else tmp_path / "source/x")
    assert Exercise(PS2, student="ada").numbers("sizes-valid")


def test_sheets_are_found_beside_a_zip_of_course_lib(tmp_path, monkeypatch):
    (tmp_path / "uploaded").mkdir()
    (tmp_path / "elsewhere").mkdir()
    put_sheets(tmp_path / "uploaded", PS2)
    monkeypatch.syspath_prepend(str(tmp_path / "uploaded" / "course_lib.zip"))
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert Exercise(PS2, student="ada").numbers("sizes-valid")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "cannot be read (JSONDecodeError). Get it again"),
        ("[1]", "cannot be read (TypeError)"),
        (
            '{"format": 2, "questions": [1]}',
            "of another version (2) than this course_lib reads (1)",
        ),
    ],
)
def test_a_broken_file_of_sheets_is_told(tmp_path, monkeypatch, text, sentence):
    (tmp_path / f"{PS2}.sheets.json").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError) as told:
        Exercise(PS2, student="ada")
    assert sentence in str(told.value)


def test_a_missing_library_is_told_with_its_weight(monkeypatch):
    found = exercise.importlib.util.find_spec
    monkeypatch.setattr(
        exercise.importlib.util,
        "find_spec",
        lambda name: None if name == "tensorflow" else found(name),
    )
    assert Exercise(PS8, student="ada")
    with pytest.raises(
        MissingError, match=r"Keras with TensorFlow \(1\.5 GB\), .*%pip install tensor"
    ):
        Exercise(PS8, student="ada", needs=["numpy", "tensorflow"])


def test_a_sheet_is_read_without_numpy(folder):
    """A student's first cell can say what is missing, whatever is."""
    code = (
        "import sys; sys.modules['numpy'] = None\n"
        "from course_lib.exercise import Exercise\n"
        f"sheet = Exercise({PS2!r}, student='ada', needs=[])\n"
        "sheet.check_form('sizes-valid', '26')\n"
        "print(sorted(m for m in sys.modules if m.startswith('course_')))\n"
        f"Exercise({PS2!r}, student='ada')\n"
    )
    root = str(Path(course_lib.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": root},
        capture_output=True,
        text=True,
    )
    assert "this can be graded" in done.stdout
    assert "course_bank" not in done.stdout
    assert "This notebook needs NumPy (60 MB), which is not installed" in done.stderr
