"""Where students write what a library has: without the library.

Functions that only look fast are cases of the corpus, in `programs`.
"""

import contextlib

import pytest

from course_grading.commands.class_run import grade_class
from course_grading.kernels import warm
from tests.course_grading.conftest import bubblewrap, make_course
from tests.course_grading.graded_class import hand_in

PS7 = "ps7-convolution-from-scratch"
BORROWED = {
    "conv2d-loops": "from course_lib import ops\n\ndef conv2d_loops(image, kernel, bias):\n"
    "    return ops.conv(image[None], kernel)[0] + bias",
    "conv2d-windows": "def conv2d_windows(image, kernel, bias):\n"
    "    import course_lib as keras\n"
    "    return keras.ops.conv(image[None], kernel)[0] + bias",
    "max-pool2d": "def max_pool2d(maps, size, strides):\n"
    "    import scipy.ndimage\n"
    "    return scipy.ndimage.maximum_filter(maps, size)[::strides, ::strides]",
}


def borrowing(book):
    book.solve()
    for name, code in BORROWED.items():
        book.answer_cells()[name]["source"] = code
    return book.text()


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """{student: {question: entry of the record}}, of one class graded once."""
    bubblewrap()
    root = tmp_path_factory.mktemp("own-code")
    students = {"borrowing": borrowing}
    with contextlib.chdir(root):
        course = make_course(root, PS7)
        hand_in(course, students, PS7)
        grade_class(course, PS7, workers=1, say=lambda line: None)
        records = {student: course.record(PS7, student)["questions"] for student in students}
    warm.close_servers()
    return {s: {entry["id"]: entry for entry in found} for s, found in records.items()}


@pytest.mark.slow
def test_a_library_is_no_answer(graded):
    entries = graded["borrowing"]
    for name in BORROWED:
        assert entries[name]["score"] == 0, entries[name]
        assert "cannot be used in this assignment" in entries[name]["message"], entries[name]
    for name in ("conv2d-backward", "max-pool2d-backward"):
        assert entries[name]["credit"] == 1, entries[name]
