"""Archives of the learning platforms, collected by nbgrader's own command."""

import logging

import pytest
from nbgrader.apps.zipcollectapp import ZipCollectApp

from tests.course_grading.graded_class import PS2

STUDENTS = {
    "xm1": {"first_name": "Xaver", "last_name": "Müller", "lms_user_id": "311"},
    "ada": {"first_name": "Ada", "last_name": "Lovelace", "lms_user_id": "312"},
    "ada_2": {"first_name": "Bo", "last_name": "Berg", "lms_user_id": "313"},
    "bo2": {"first_name": "Bo", "last_name": "Berg", "lms_user_id": "314"},
}


@pytest.fixture
def collected(new_course, caplog):
    """A function that collects files of these names: {place in submitted: text}, and the log."""
    course = new_course()
    with course.gradebook() as gradebook:
        for student, known in STUDENTS.items():
            gradebook.add_student(student, **known)

    def collect(*names, config=""):
        config_file = course.root / "nbgrader_config.py"
        config_file.write_text(f"{config_file.read_text()}\n{config}")
        archive = course.root / "downloaded" / PS2 / "archive"
        for name in names:
            path = archive / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"work in {name}", encoding="utf-8")
        app = ZipCollectApp()
        app.initialize([PS2])
        logger = logging.getLogger(app.log.name)
        logger.addHandler(caplog.handler)
        app.start()
        logger.removeHandler(caplog.handler)
        found = (course.root / "submitted").rglob("*.ipynb")
        placed = {str(p.relative_to(course.root / "submitted")): p.read_text() for p in found}
        return placed, caplog.text

    return collect


@pytest.mark.parametrize(
    ("name", "student"),
    [
        (f"Xaver Müller_4714_assignsubmission_file_{PS2}.ipynb", "xm1"),
        (f"Müller, Xaver_4714_assignsubmission_file_{PS2}.ipynb", "xm1"),
        (f"Xaver Mu\u0308ller_4714_assignsubmission_file/{PS2}.ipynb", "xm1"),
        (f"lovelaceada_312_98765_{PS2}.ipynb", "ada"),
        (f"lovelaceada_LATE_312_98765_{PS2}-1.ipynb", "ada"),
        (f"ada_{PS2} (2).ipynb", "ada"),
        (f"ada_2_{PS2}.ipynb", "ada_2"),
    ],
)
def test_each_platforms_names_lead_to_the_student(collected, name, student):
    placed, _ = collected(name)
    assert placed == {f"{student}/{PS2}/{PS2}.ipynb": f"work in {name}"}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (f"Eve Adams_1_assignsubmission_file_{PS2}.ipynb", "no student has the name 'Eve Adams'"),
        (f"Bo Berg_1_assignsubmission_file_{PS2}.ipynb", "2 students (ada_2, bo2) have the name"),
        (f"adamseve_999_1_{PS2}.ipynb", "no student has the platform number 999 (adamseve)"),
        (f"{PS2}.ipynb", "expected a name as Moodle or Canvas gives it"),
        ("ada_ps3-parameter-counts.ipynb", "Skipped notebook with invalid name 'ps3-parameter-"),
    ],
)
def test_a_file_of_nobody_or_of_another_assignment_is_left_and_told(collected, name, told):
    placed, log = collected(name)
    assert placed == {}
    assert told in log


def test_an_expression_of_the_instructors_own_holds(collected):
    rule = r'c.FileNameCollectorPlugin.named_regexp = r".*/(?P<student_id>\w+)\+(?P<file_id>.+)\.'
    placed, _ = collected(f"eve+{PS2}.ipynb", config=f'{rule}ipynb"')
    assert list(placed) == [f"eve/{PS2}/{PS2}.ipynb"]
