"""Where students write what a library has, grading runs without the library."""

import pytest

from course_grading.commands.class_run import grade_class
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


@pytest.mark.slow
def test_a_library_is_no_answer(new_course):
    course = new_course(PS7)
    hand_in(course, {"borrowing": borrowing}, PS7)
    grade_class(course, PS7, workers=1, say=lambda line: None)
    entries = {entry["id"]: entry for entry in course.record(PS7, "borrowing")["questions"]}
    for name in BORROWED:
        assert entries[name]["score"] == 0, entries[name]
        assert "cannot be used in this assignment" in entries[name]["message"], entries[name]
    for name in ("conv2d-backward", "max-pool2d-backward"):
        assert entries[name]["credit"] == 1, entries[name]
