"""A cell that stopped, a name that was never set and a foreign id are told to the student."""

import pytest

from course_grading.commands import demo, sample_class
from course_grading.commands.class_run import grade_class
from tests.course_grading.graded_class import PS2, hand_in, page_of

CODE = {
    "sizes-valid": "sizes_valid = n.sise",
    "sizes-stride": "sizes_stride = (3",
    "sizes-input-range": 'sizes_input_range = int(input("size?"))',
    "sizes-same-stride": "sizes_same_strid = 4",
    "sizes-same-split": "while True: pass",
    "sizes-rectangle": "sizes_rectangle = {1: 2}",
    "sizes-dropped": "sizes_dropped = None",
    "sizes-two-layers": "sizes_two_layers = 1/3; nothing",
}
MESSAGES = {
    "sizes-valid": "No answer: your cell stopped with AttributeError: “no number 'sise' here",
    "sizes-stride": "No answer: your cell stopped with SyntaxError: “incomplete input (line 2)”.",
    "sizes-input-range": "No answer: your cell stopped with RuntimeError: “input() cannot be used",
    "sizes-same-stride": "`sizes_same_stride` was never set.",
    "sizes-same-split": "No answer: your cell was stopped after 3 seconds.",
    "sizes-rectangle": "A tuple of numbers is expected, not a dict. Asked for is a tuple",
    "sizes-dropped": "No answer was given.",
    "sizes-two-layers": "A whole number is expected here",
}


def stopping(book):
    for name, code in CODE.items():
        book.answer_cells()[name]["source"] = f'n = sheet.numbers("{name}")\n{code}\n'
    return book.text()


def signed(student):
    def write(book):
        book.sign(student)
        return book.text()

    return write


@pytest.mark.slow
def test_what_went_wrong_is_told(new_course):
    course = new_course(Execute_timeout=3)
    ids = {"kept": signed("demo"), "nobody": signed(" "), "other": signed("bo")}
    hand_in(course, {"stopping": stopping, **ids, "own": sample_class.empty})
    grade_class(course, PS2, workers=1, say=lambda line: None)
    entries = {entry["id"]: entry for entry in course.record(PS2, "stopping")["questions"]}
    for name, message in MESSAGES.items():
        assert entries[name]["message"].startswith(message), entries[name]
        assert entries[name]["score"] == 0
    assert entries["sizes-two-layers"]["message"].endswith(
        "NameError: “name 'nothing' is not defined”."
    )
    given = {name: entry["answer"] for name, entry in entries.items() if entry["answer"]}
    assert given == {"sizes-rectangle": "a dict", "sizes-two-layers": "0.333333"}
    demo.feedback(course, PS2)
    page = page_of(course, "stopping")
    assert "<code>sizes_same_stride</code> was never set." in page
    assert "Comment:" not in page
    assert "None</code>" not in page.split("Your notebook")[0]
    assert 'still says "demo", which is not your id' in page_of(course, "kept")
    assert "is blank, not your id" in page_of(course, "nobody")
    assert "is not your id" in page_of(course, "other")
    assert "your id" not in page_of(course, "own").split("Your notebook")[0]
    assert course.record(PS2, "nobody")["flags"] == ["STUDENT_ID is blank in the notebook"]
