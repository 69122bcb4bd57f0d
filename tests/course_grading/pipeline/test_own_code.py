"""Where students write what a library has: without the library, and measured by another clock."""

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


# functions of image, kernel and bias that are right and slow, and what makes them look fast
SLOW = """
def VARIABLE(image, kernel, bias):
    rows = image.shape[0] - kernel.shape[0] + 1
    columns = image.shape[1] - kernel.shape[1] + 1
    outputs = np.zeros((rows, columns, kernel.shape[-1]))
    for i in range(rows):
        for j in range(columns):
            window = image[i : i + kernel.shape[0], j : j + kernel.shape[1]]
            for f in range(kernel.shape[-1]):
                outputs[i, j, f] = (window * kernel[..., f]).sum() + bias[f]
    return outputs
"""
LIES = {
    "clock": SLOW + "import time\nfor _name in ('time', 'perf_counter', 'monotonic', "
    "'process_time', 'thread_time'):\n    setattr(time, _name, lambda: 0.0)",
    "later": SLOW + "_loops = VARIABLE\nclass VARIABLE:\n"
    "    def __init__(self, *arguments):\n        self.arguments = arguments\n"
    "    def __array__(self, dtype=None, copy=None):\n        return _loops(*self.arguments)",
    "memory": SLOW + "_loops, _known = VARIABLE, {}\ndef VARIABLE(*arguments):\n"
    "    key = tuple(a.tobytes() for a in arguments)\n"
    "    if key not in _known:\n        _known[key] = _loops(*arguments)\n"
    "    return _known[key]",
    "forged": SLOW + "import builtins\n_emit = dict(seconds=1e-9, rounds=[], pace=9.0)",
    "ones": "def VARIABLE(grad, image=None, kernel=None):\n"
    "    return image, kernel, np.sum(grad, axis=(0, 1))",
}
FAST = ("conv2d-windows", "conv2d-taps")


def lying(how):
    def write(book):
        book.solve()
        names = FAST if how != "ones" else ("conv2d-backward",)
        for name in names:
            code = LIES[how].replace("VARIABLE", name.replace("-", "_"))
            book.answer_cells()[name]["source"] = code
        if how == "clock":  # loops that sleep: what they take is not asked
            cell = book.answer_cells()["conv2d-loops"]
            cell["source"] += "\n_right = conv2d_loops\ndef conv2d_loops(*arguments):\n"
            cell["source"] += "    import time\n    time.sleep(0.3)\n    return _right(*arguments)"
        return book.text()

    return write


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """{student: {question: entry of the record}}, of one class graded once."""
    bubblewrap()
    root = tmp_path_factory.mktemp("own-code")
    students = {"borrowing": borrowing, **{how: lying(how) for how in LIES}}
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


@pytest.mark.slow
@pytest.mark.parametrize("how", [how for how in LIES if how != "ones"])
def test_slow_functions_do_not_look_fast(how, graded):
    for name in FAST:
        assert graded[how][name]["misconception"] == "loops in Python", graded[how][name]
        assert 0 < graded[how][name]["credit"] <= 1 / 3
    for name in ("conv2d-loops", "max-pool2d", "conv2d-backward"):
        assert graded[how][name]["credit"] == 1, graded[how][name]


@pytest.mark.slow
def test_a_line_that_needs_no_idea_earns_nothing(graded):
    assert graded["ones"]["conv2d-backward"]["score"] == 0
    for name in FAST:
        assert graded["ones"][name]["credit"] == 1, graded["ones"][name]
