"""Hidden inputs are shown to a copy that cannot speak, when no cell of the student's is left."""

import json

import pytest

from course_grading.commands.class_run import grade_class
from course_grading.gradebook import secret
from course_grading.pipeline import closed_libraries, hidden_inputs
from tests.course_grading.corpus.cases import own_cell
from tests.course_grading.graded_class import hand_in
from tests.course_grading.kernel_runs import job, printed, ran
from tests.course_grading.pipeline.test_own_code import PS7

KEEPS = """
import builtins
builtins.kept = []

def conv2d_loops(image, kernel, bias):
    if image.min() < image.max() and image.tolist() != sheet.numbers("conv2d-loops").image:
        builtins.kept.append(image)
        open("/tmp/kept", "a").write(str(image))
        print("TOLD", image)
    return np.zeros(3)
"""
RAISES = """
def conv2d_windows(image, kernel, bias):
    if image.min() < image.max() and image.tolist() != sheet.numbers("conv2d-windows").image:
        raise ValueError(f"TOLD {image}")
"""
PRINTS = """
import os, time
print("KEPT", len(kept), os.path.exists("/tmp/kept"))
if not os.fork():
    time.sleep(20)
    print("TOLD", os.path.exists("/tmp/kept"))
"""


def test_a_question_is_asked_last_of_the_names_at_its_place(kernel_server):
    steps = [
        "def f(x):\n    return x + k\nk, seen = 1, []",
        {"ask": "seen.append(1); print('TOLD'); emit(value=f(5), seen=len(seen))"},
        "k, f = 2, None\nprint(len(seen))",
        {"ask": "emit(value=f)"},
        {"ask": "import time\nwhile True:\n    time.sleep(1)"},
        {"probe": "emit(value=k)"},
    ]
    result = ran(job(*steps), kernel_server.path)
    _, first, cell, second, endless, probe = result.outcomes
    assert first.answer == {"value": {"int": "6"}, "seen": {"int": "1"}}
    assert first.outputs == [] and printed(cell) == "0\n"
    assert second.answer == {"value": None}
    assert (endless.status, endless.answer) == ("timeout", None)
    assert probe.answer == {"value": {"int": "2"}}
    assert result.restarts == 0


def test_what_kills_the_copy_costs_one_question(kernel_server):
    steps = ["x = 3", {"ask": "import os; os._exit(1)"}, {"ask": "emit(value=x)"}]
    _, killed, other = ran(job(*steps), kernel_server.path).outcomes
    assert (killed.status, killed.answer) == ("error", None)
    assert other.answer == {"value": {"int": "3"}}


def test_only_the_kind_of_pythons_own_errors_is_told():
    told = hidden_inputs.without_texts(
        {"error0": "IndexError: index 5", "error1": "X123: 4", "error2": "print: 1", "case0": 7}
    )
    which = hidden_inputs.kind_of_error
    assert which("f stops with ValueError: 1", "Write `f`.") == "f stops with ValueError."
    assert which("g stops with ValueError: 1", "Write `f`.") == "ValueError."
    assert told == {
        "error0": "IndexError.",
        "error1": "an error of its own kind.",
        "error2": "an error of its own kind.",
        "case0": 7,
    }


def test_a_closed_library_is_told_word_for_word_or_not_at_all():
    told = hidden_inputs.kind_of_error
    for sentence in closed_libraries.REFUSALS.values():
        assert told(f"ImportError: {sentence}") == f"ImportError: {sentence}"
    scipy = closed_libraries.REFUSALS["scipy"]
    both = f"f stops with ImportError: {scipy}"
    assert told(both, "Write `f`.") == both
    for forged in (
        f"ImportError: {scipy} TOLD 7",
        f"ImportError: TOLD 7 {scipy}",
        f"ImportError: {scipy.replace('scipy', 'told7')}",
        f"ImportError: {scipy}\nTOLD 7",
    ):
        assert told(forged) == "ImportError."
    assert told(f"KeyError: {scipy}") == "KeyError."


def test_a_second_hand_in_meets_other_inputs_and_a_regrade_the_same(tmp_path):
    first, again, second = (secret.of_hand_in(tmp_path, digest) for digest in ("a", "a", "b"))
    assert first == again != second
    assert secret.read_or_make(tmp_path) not in (first, second)


@pytest.mark.slow
def test_nothing_of_hidden_inputs_is_left_in_the_graded_notebook(new_course):
    def prying(book):
        book.solve()
        for name, code in (("conv2d-loops", KEEPS), ("conv2d-windows", RAISES)):
            book.answer_cells()[name]["source"] = code
        book.cells.append(own_cell(PRINTS))
        return book.text()

    def right(book):
        return book.solve().text()

    course = new_course(PS7)
    hand_in(course, {"prying": prying, "right": right}, PS7)
    grade_class(course, PS7, workers=1, say=lambda line: None)
    entries = {e["id"]: e for e in course.record(PS7, "prying")["questions"]}
    assert entries["conv2d-loops"]["credit"] == 0
    assert "ValueError." in entries["conv2d-windows"]["message"]
    assert all(e["credit"] == 1 for e in course.record(PS7, "right")["questions"])
    path = course.folder("autograded", PS7, "prying") / f"{PS7}.ipynb"
    content = json.loads(path.read_text("utf-8"))
    shown = json.dumps([c.get("outputs") for c in content["cells"]] + [content["metadata"]])
    assert "KEPT 0 False" in shown
    assert "TOLD" not in shown
