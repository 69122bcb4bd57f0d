"""Every submission of the corpus gets the right grade, in one class, in one run."""

import os
import re
import sqlite3

import pytest

from course_bank import problem_sets
from course_grading.commands import demo
from course_grading.commands.class_run import grade_class
from course_grading.gradebook.grades import grade_table
from course_grading.kernels import warm
from tests.course_grading import corpus
from tests.course_grading.conftest import PS2, make_course
from tests.requirements import bubblewrap

WORKERS = 4  # those that wait for a sleeping notebook leave the cores to the others
HONEST = "ada"  # graded before the class; nothing may change what she has
UNTOUCHED = """
select g.* from grade g join submitted_notebook n on g.notebook_id = n.id
join submitted_assignment a on n.assignment_id = a.id where a.student_id = ?
"""


@pytest.fixture(scope="module")
def classroom(tmp_path_factory):
    """The corpus, graded by several workers; with what was there before and after."""
    bubblewrap()
    before = os.getcwd()
    root = tmp_path_factory.mktemp("corpus")
    os.chdir(root)
    try:
        course = make_course(root, Execute_timeout=5)
        _hand_in(course, HONEST)
        grade_class(course, PS2, workers=1, say=_quiet)
        honest = _rows(root, HONEST)
        cases = corpus.write(course, PS2)
        lines = grade_class(course, PS2, workers=WORKERS, say=_quiet)
        demo.feedback(course, PS2)
        grades = {grade.student: grade for grade in grade_table(course, PS2)}
        yield course, cases, {line.student: line for line in lines}, honest, grades
    finally:
        os.chdir(before)
        warm.close_servers()


def _quiet(line):
    pass


def _hand_in(course, student):
    source = course.source(PS2)
    folder = course.folder("submitted", PS2, student)
    folder.mkdir(parents=True)
    (folder / source.name).write_bytes(source.read_bytes())


def _rows(root, student):
    with sqlite3.connect(root / "gradebook.db") as database:
        return database.execute(UNTOUCHED, (student,)).fetchall()


@pytest.mark.slow
@pytest.mark.parametrize("student", corpus.CASES)
def test_right_grade(classroom, student):
    course, cases, lines, _, grades = classroom
    points = problem_sets[PS2].questions
    assert lines[student].failed is False, lines[student].remark
    assert grades[student].score == cases[student].points(points), course.record(PS2, student)


@pytest.mark.slow
def test_corpus_is_large():
    assert len(corpus.CASES) + len(corpus.PROGRAMS) >= 234


@pytest.mark.slow
def test_unreadable_submissions_get_a_comment(classroom):
    course, cases, *_ = classroom
    with course.gradebook() as gradebook:
        for student, case in cases.items():
            if case.unreadable:
                problem = course.record(PS2, student)["problem"]
                notebook = gradebook.find_submission_notebook(PS2, PS2, student)
                assert problem
                assert problem in [comment.comment for comment in notebook.comments], student


@pytest.mark.slow
def test_other_grades_are_untouched(classroom):
    course, _, _, honest, _ = classroom
    assert honest
    assert _rows(course.root, HONEST) == honest


@pytest.mark.slow
def test_nothing_was_found_written_or_unpickled(classroom):
    course, *_ = classroom
    assert not list(course.root.rglob("corpus-was-here"))
    assert not (course.root / "pickle-was-loaded").exists()
    for path in course.root.glob("autograded/corpus-*/*/*.ipynb"):
        printed = re.findall(r'(?<!\\)"(FOUND[^"]*)', path.read_text())
        assert not printed, (path, printed)


@pytest.mark.slow
def test_no_file_behind_a_link_is_copied(classroom):
    course, *_ = classroom
    for step in ("autograded", "feedback"):
        for path in (course.root / step).rglob("*"):
            assert not path.is_symlink(), path
            assert path.name not in ("passwords.txt", "data.csv", "pipe.txt"), path


@pytest.mark.slow
def test_pages_are_bounded_and_inert(classroom):
    course, *_ = classroom
    pages = list(course.root.glob("feedback/corpus-*/*/*.html"))
    assert len(pages) == len(corpus.CASES)
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert len(text) < 3_200_000, page
        assert not re.search(r"<(script|iframe|svg|object|embed|form)\b", text), page
        assert not re.search(r"<[^>]*\s(on\w+|srcdoc)\s*=", text), page
        assert "javascript:" not in re.sub(r"<(pre|code|div class=\"code\").*?</\1>", "", text)


@pytest.mark.slow
def test_autograded_notebooks_are_bounded(classroom):
    course, *_ = classroom
    for path in course.root.glob("autograded/corpus-*/*/*.ipynb"):
        assert path.stat().st_size < 4_000_000, path
