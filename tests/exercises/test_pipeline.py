"""A small class through the real pipeline, over all assignments: nbgrader, sandbox and all.

The instructor's solution earns every point that is graded by itself, the notebook as it was handed
out none, and a wrong idea what the bank says, with its sentence. The class is graded anew when
anything has changed that its grades can come from; see `kept_class`.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path

import pytest

from course_bank import bank, problem_sets
from course_grading.gradebook import keys
from course_grading.gradebook.grades import grade_table
from tests.course_grading import corpus, kept_class
from tests.exercises.conftest import EXERCISES
from tests.kept import while_right
from tests.released import put_keys, put_sheets
from tests.requirements import bubblewrap, chromium

RIGHT, UNTOUCHED, MISTAKEN = "ada", "blank", "bo"
KERAS = "ps8-mnist-in-keras"
LONGEST = {name: UNTOUCHED if name == KERAS else MISTAKEN for name in problem_sets}  # whose page

MISTAKES = {
    "conv2d-loops": (
        "conv2d_loops = (lambda right: lambda image, kernel, bias:"
        " right(image, kernel[::-1, ::-1], bias))(conv2d_loops)",
        "kernel flipped",
    ),
    "conv2d-windows": (
        "conv2d_windows = (lambda right: lambda image, kernel, bias:"
        " right(image, kernel, bias * kernel[..., 0].size))(conv2d_windows)",
        "bias per tap",
    ),
    "conv2d-taps": (
        "conv2d_taps = (lambda right: lambda image, kernel, bias:"
        " right(image, kernel, 0 * bias))(conv2d_taps)",
        "forgot the bias",
    ),
    "conv2d-strided": (
        "conv2d_strided = (lambda right: lambda image, kernel, bias, strides, padding:"
        " right(image, kernel, bias, 1, padding))(conv2d_strided)",
        "stride ignored",  # beside the mistake in `conv2d_windows`, which it calls
    ),
    "max-pool2d": (
        "max_pool2d = (lambda right: lambda maps, size, strides:"
        " right(maps, size, strides).swapaxes(0, 1))(max_pool2d)",
        "transposed axes",
    ),
    "conv2d-backward": (
        "conv2d_backward = (lambda right: lambda grad, image, kernel:"
        " (*right(grad, image, kernel)[:2], grad.mean(axis=(0, 1))))(conv2d_backward)",
        "bias averaged",
    ),
    "max-pool2d-backward": ("max_pool2d_backward = None", "empty"),
    **{  # designs of which only the beginning is there
        name: (f"{bank[name].variable} = keras.Sequential({bank[name].variable}.layers[:1])", None)
        for name in problem_sets["ps9-design-under-constraints"].questions
    },
    **{  # programs as they were handed out earn nothing, and are tried: see test_training_clinic
        name: (f"{bank[name].variable} = lambda x, y: (None, len, 0)", "error")
        for name in problem_sets["ps10-training-clinic"].questions
        if bank[name].hidden
    },
    **{
        name: (f"{bank[name].variable} = None", "empty")
        for name in problem_sets["ps11-modern-networks"].questions
        if bank[name].hidden
    },
    "residual-backward": (
        "residual_backward = (lambda right: lambda grad, x, first, second:"
        " (grad * 0, *right(grad, x, first, second)[1:]))(residual_backward)",
        None,
    ),
    "photographs-transfer": ("name_photographs = lambda features: features", "form"),
    "design-channels-apart": ("design_channels_apart = keras.layers", "form"),
}


PS2 = "ps2-output-shapes"
MADE_BY = tuple(
    EXERCISES.parent / "tests" / name
    for name in ("exercises/test_pipeline.py", "exercises/conftest.py", "released.py")
)


@pytest.fixture(scope="module")
def classes(request):
    """What became of a class over all assignments: see `graded`."""
    bubblewrap()

    def find():
        return graded(request.getfixturevalue("course"))

    now = kept_class.now(*MADE_BY)
    with while_right(request.session, "assignments", now, find) as found:
        yield found


@pytest.fixture(scope="module")
def records(classes):
    """{assignment: {student: the grading record}}."""
    return classes["records"]


def graded(course):
    """The whole class over all assignments, graded; and what its marks are judged by."""
    from course_grading.commands import demo
    from course_grading.commands.class_run import grade_class

    found = {"records": {}, "pages": {}, "wrong": {}}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(course.root)
        for name in problem_sets:
            hand_in(course, name)
            lines = grade_class(course, name, workers=2, say=lambda line: None)
            assert not [line for line in lines if line.failed]
            found["records"][name] = course.records(name)
            (page,) = demo.feedback(course, name, [LONGEST[name]])
            found["pages"][name] = Path(page).read_text(encoding="utf-8")
            key = keys.read(course.root, name)
            found["wrong"][name] = [wrong_of(key, question) for question in key.questions]
        key = keys.read(course.root, PS2)
        autograded = course.folder("autograded", PS2, UNTOUCHED) / f"{PS2}.ipynb"
        return {
            **found,
            "table": {grade.student: asdict(grade) for grade in grade_table(course, PS2)},
            "untouched": json.loads(autograded.read_text(encoding="utf-8"))["cells"],
            "answers": [str(key.variant(question, UNTOUCHED).answer) for question in key.questions],
        }


def wrong_of(key, question):
    """What the bank says of the wrong ideas of a question, of the student who has them."""
    if question in MISTAKES:
        return []
    return [
        {"name": wrong.name, "message": wrong.message, "credit": wrong.credit}
        for wrong in key.variant(question, MISTAKEN).misconceptions
    ]


def hand_in(course, name):
    from course_grading.commands.sample_class import Notebook

    solved = json.loads(course.source(name).read_text(encoding="utf-8"))
    released = course.folder("release", name) / course.source(name).name
    content = json.loads(released.read_text(encoding="utf-8"))
    for student in (RIGHT, UNTOUCHED, MISTAKEN):
        book = Notebook(content, solved, keys.read(course.root, name), student)
        if student == RIGHT:
            book.solve()
        if student == MISTAKEN:
            if name == KERAS:
                continue  # how wrong models are judged is tested without TensorFlow
            mistaken(book.solve())
        folder = course.folder("submitted", name, student)
        folder.mkdir(parents=True)
        (folder / released.name).write_text(book.text(), encoding="utf-8")
    if any(case.assignment == name for case in corpus.PROGRAMS.values()):
        corpus.write(course, name)


@pytest.mark.slow
@pytest.mark.parametrize("student", corpus.PROGRAMS)
def test_programs_that_are_none_earn_what_they_are_worth(student, records):
    """Functions that only look fast, models that are none: see `corpus.programs`."""
    case = corpus.PROGRAMS[student]
    record = records[case.assignment][student]
    earned = {entry["id"]: entry["score"] for entry in record["questions"]}
    assert earned == case.scores(problem_sets[case.assignment].questions)


def mistaken(book):
    for place, question in enumerate(book.questions):
        if question in MISTAKES:
            book.set(question, MISTAKES[question][0])
        else:
            wrong = book.variant(question).misconceptions
            book.set_value(question, wrong[place % len(wrong)].answer)


def grade_of(record):
    return sum(entry["score"] for entry in record["questions"])


@pytest.mark.slow
@pytest.mark.parametrize("name", problem_sets)
def test_the_solution_gets_full_marks(name, records):
    record = records[name][RIGHT]
    missed = [e for e in record["questions"] if e["score"] != e["points"]]
    assert not [(e["id"], e["message"], e.get("answer")) for e in missed]
    assert [e["id"] for e in record["questions"]] == list(problem_sets[name].questions)
    assert not record.get("flags")


@pytest.mark.slow
@pytest.mark.parametrize("name", problem_sets)
def test_the_untouched_release_gets_nothing_and_no_error(name, records):
    record = records[name][UNTOUCHED]
    assert grade_of(record) == 0
    assert not record.get("problem")
    for entry in record["questions"]:
        assert entry["status"] == "ok", entry
        assert entry["misconception"] in ("empty", "no answer", "as loaded"), entry
        assert "Error" not in entry["message"], entry


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in problem_sets if name != KERAS])
def test_mistakes_get_their_credit_and_their_sentence(name, classes):
    for place, entry in enumerate(classes["records"][name][MISTAKEN]["questions"]):
        if entry["id"] in MISTAKES:
            assert entry["misconception"] == MISTAKES[entry["id"]][1], entry
            assert entry["score"] < entry["points"]
            continue
        wrong = classes["wrong"][name][place]
        wrong = wrong[place % len(wrong)]
        assert entry["misconception"] == wrong["name"]
        assert entry["message"] == wrong["message"]
        assert entry["score"] == pytest.approx(wrong["credit"] * entry["points"], abs=0.01)
        assert entry["score"] <= wrong["credit"] * entry["points"]


def letters(text):
    """Without blanks, signs and marks, which HTML shows otherwise than Markdown has them."""
    return re.sub(r"\W", "", text)


HEIGHT = 3000  # px of a feedback page at a width of 1280


@pytest.mark.slow
def test_a_feedback_page_is_a_page(classes, tmp_path):
    """A page of every assignment in one browser: short, each task once, nothing sideways."""
    from playwright.sync_api import sync_playwright

    measured = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        view = browser.new_page(viewport={"width": 1280, "height": 900})
        for name, page in classes["pages"].items():
            path = tmp_path / f"{name}.html"
            path.write_text(page, encoding="utf-8")
            view.goto(path.as_uri())
            size = "[document.documentElement.scrollHeight, document.documentElement.scrollWidth]"
            measured[name] = view.evaluate(size)
            text = letters(view.evaluate("document.body.textContent"))
            for entry in classes["records"][name][LONGEST[name]]["questions"]:
                assert text.count(letters(entry["prompt"].split("\n")[0])) == 1, entry["id"]
        browser.close()
    assert list(measured) == list(problem_sets)
    too_large = {at: size for at, size in measured.items() if size[0] >= HEIGHT or size[1] > 1280}
    assert not too_large


@pytest.mark.slow
def test_what_is_read_by_a_person_waits_for_one(classes):
    source = EXERCISES / "source" / PS2 / f"{PS2}.ipynb"
    cells = json.loads(source.read_text(encoding="utf-8"))["cells"]
    marks = [cell["metadata"].get("nbgrader", {}) for cell in cells]
    written = [mark for mark in marks if mark.get("grade") and mark.get("solution")]
    assert classes["table"][RIGHT]["to_read"] == len(written) > 1
    assert classes["table"][RIGHT]["score"] == sum(problem_sets[PS2].questions.values())


@pytest.mark.slow
def test_the_answers_of_the_key_never_entered_the_notebook(classes):
    """What autograding leaves behind holds the student's answers only."""
    outputs = json.dumps([cell.get("outputs") for cell in classes["untouched"]])
    assert len(classes["answers"]) == len(problem_sets[PS2].questions)
    for question, answer in zip(problem_sets[PS2].questions, classes["answers"], strict=True):
        assert f"answered: {answer}" not in outputs
        assert bank[question].solution not in outputs


STOCK = """
from nbgrader.api import Gradebook

with Gradebook("sqlite:///gradebook.db") as gradebook:
    for student in ("ada", "blank"):
        submission = gradebook.find_submission("ps2-output-shapes", student)
        grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
        print(student, sum(grade.auto_score or 0 for grade in grades))
"""


@pytest.fixture(scope="module")
def stock(request, tmp_path_factory):
    """{student: points} that stock nbgrader gives."""
    find = partial(graded_by_stock, tmp_path_factory)
    with while_right(request.session, "stock", kept_class.now(*MADE_BY), find) as found:
        yield found


def graded_by_stock(tmp_path_factory):
    folder, name = tmp_path_factory.mktemp("stock"), PS2
    shutil.copytree(EXERCISES / "source" / name, folder / "source" / name)
    run(folder, f"nbgrader generate_assignment {name} --create")
    put_keys(folder, name)
    put_sheets(folder / "release" / name, name)
    released = (folder / "release" / name / f"{name}.ipynb").read_text(encoding="utf-8")
    solved = (folder / "source" / name / f"{name}.ipynb").read_text(encoding="utf-8")
    for student, text in (("ada", solved.replace('\\"demo\\"', '\\"ada\\"')), ("blank", released)):
        submitted = folder / "submitted" / student / name
        submitted.mkdir(parents=True)
        (submitted / f"{name}.ipynb").write_text(text, encoding="utf-8")
    run(folder, f"nbgrader autograde {name} --create")
    scores = run(folder, f"{sys.executable} -c '{STOCK}'").split()
    return dict(zip(scores[::2], map(float, scores[1::2]), strict=True))


@pytest.mark.slow
def test_stock_nbgrader_grades_the_same_notebooks(stock):
    """Without the course's configuration the hidden checks ask the key in the student's kernel."""
    assert stock == {"ada": sum(problem_sets[PS2].questions.values()), "blank": 0}


def run(folder, command):
    tools, root = os.path.dirname(sys.executable), str(EXERCISES.parent)
    env = {**os.environ, "PYTHONPATH": root, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        command, shell=True, cwd=folder, env=env, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
