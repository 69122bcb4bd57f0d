"""nbgrader's own export, whose cells are cells whatever students are called."""

import csv

from nbgrader.apps.exportapp import ExportApp

from tests.course_grading.graded_class import PS2


def test_names_are_cells_and_no_formulas(new_course):
    course = new_course()
    with course.gradebook() as gradebook:
        gradebook.add_student("=1+1", last_name="Berg, Bo", first_name='"@x"\n-1', email=None)
    app = ExportApp()
    app.initialize(["--to=table.csv"])
    app.start()
    with open(course.root / "table.csv", newline="") as file:
        head, row = csv.reader(file)
    told = dict(zip(head, row, strict=True))
    assert told["assignment"] == PS2
    assert told["student_id"] == "'=1+1"
    assert told["last_name"] == "Berg, Bo"
    assert told["first_name"] == '"@x" -1'
    assert (told["email"], told["timestamp"], told["score"]) == ("", "", "0.0")
    assert float(told["max_score"]) > 0
