"""Every submission of the corpus gets the right grade, in one class, in one run.

The class is graded anew when anything has changed that its grades can come from, and when one of
the tests has failed; see `kept_class`.
"""

import contextlib
import re
import sqlite3
from dataclasses import asdict
from functools import partial

import pytest

from course_bank import problem_sets
from course_grading.commands import demo
from course_grading.commands.class_run import grade_class
from course_grading.gradebook.grades import grade_table
from course_grading.kernels import warm
from tests.course_grading import corpus, kept_class
from tests.course_grading.conftest import PS2, make_course
from tests.kept import while_right
from tests.requirements import bubblewrap

WORKERS = 4  # those that wait for a sleeping notebook leave the cores to the others
HONEST = "ada"  # graded before the class; nothing may change what she has
UNTOUCHED = """
select g.* from grade g join submitted_notebook n on g.notebook_id = n.id
join submitted_assignment a on n.assignment_id = a.id where a.student_id = ?
"""


@pytest.fixture(scope="module")
def classroom(request, tmp_path_factory):
    """What became of the corpus: see `graded`."""
    bubblewrap()
    find = partial(graded, tmp_path_factory)
    with while_right(request.session, "corpus", kept_class.now(), find) as found:
        yield found


def graded(tmp_path_factory):
    """The corpus, graded by several workers; what was there before and after."""
    root = tmp_path_factory.mktemp("corpus")
    try:
        with contextlib.chdir(root):
            course = make_course(root, Execute_timeout=5)
            _hand_in(course, HONEST)
            grade_class(course, PS2, workers=1, say=_quiet)
            before = _rows(root, HONEST)
            corpus.write(course, PS2)
            lines = grade_class(course, PS2, workers=WORKERS, say=_quiet)
            demo.feedback(course, PS2)
            return {
                "lines": {line.student: asdict(line) for line in lines},
                "scores": {grade.student: grade.score for grade in grade_table(course, PS2)},
                "records": {student: course.record(PS2, student) for student in corpus.CASES},
                "comments": _comments(course),
                "honest": [before, _rows(root, HONEST)],
                "written": _written(root),
                "notebooks": [
                    _notebook(path) for path in root.glob("autograded/corpus-*/*/*.ipynb")
                ],
                "pages": [_page(path) for path in root.glob("feedback/corpus-*/*/*.html")],
                "files": [
                    {"path": str(path), "name": path.name, "is link": path.is_symlink()}
                    for step in ("autograded", "feedback")
                    for path in (root / step).rglob("*")
                ],
            }
    finally:
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


def _comments(course):
    with course.gradebook() as gradebook:
        return {
            student: [
                comment.comment
                for comment in gradebook.find_submission_notebook(PS2, PS2, student).comments
            ]
            for student, case in corpus.CASES.items()
            if case.unreadable
        }


def _written(root):
    """The files that submissions have tried to leave in the course."""
    loaded = root / "pickle-was-loaded"
    return [str(path) for path in root.rglob("corpus-was-here")] + [str(loaded)] * loaded.exists()


def _notebook(path):
    printed = re.findall(r'(?<!\\)"(FOUND[^"]*)', path.read_text())
    return {"path": str(path), "size": path.stat().st_size, "printed": printed}


def _page(path):
    text = path.read_text(encoding="utf-8")
    shown = re.sub(r"<(pre|code|div class=\"code\").*?</\1>", "", text)
    return {
        "path": str(path),
        "length": len(text),
        "elements": re.findall(r"<(?:script|iframe|svg|object|embed|form)\b", text),
        "attributes": re.findall(r"<[^>]*\s(on\w+|srcdoc)\s*=", text),
        "scripts": shown.count("javascript:"),
    }


@pytest.mark.slow
@pytest.mark.parametrize("student", corpus.CASES)
def test_right_grade(classroom, student):
    points, line = problem_sets[PS2].questions, classroom["lines"][student]
    assert line["failed"] is False, line["remark"]
    right = corpus.CASES[student].points(points)
    assert classroom["scores"][student] == right, classroom["records"][student]


@pytest.mark.slow
def test_corpus_is_large():
    assert len(corpus.CASES) + len(corpus.PROGRAMS) >= 234


@pytest.mark.slow
def test_unreadable_submissions_get_a_comment(classroom):
    assert classroom["comments"]
    for student, comments in classroom["comments"].items():
        problem = classroom["records"][student]["problem"]
        assert problem
        assert problem in comments, student


@pytest.mark.slow
def test_other_grades_are_untouched(classroom):
    before, after = classroom["honest"]
    assert before
    assert after == before


@pytest.mark.slow
def test_nothing_was_found_written_or_unpickled(classroom):
    assert not classroom["written"]
    assert len(classroom["notebooks"]) > len(corpus.CASES) / 2
    for notebook in classroom["notebooks"]:
        assert not notebook["printed"], notebook


@pytest.mark.slow
def test_no_file_behind_a_link_is_copied(classroom):
    assert classroom["files"]
    for file in classroom["files"]:
        assert not file["is link"], file
        assert file["name"] not in ("passwords.txt", "data.csv", "pipe.txt"), file


@pytest.mark.slow
def test_pages_are_bounded_and_inert(classroom):
    assert len(classroom["pages"]) == len(corpus.CASES)
    for page in classroom["pages"]:
        assert page["length"] < 3_200_000, page
        assert not page["elements"] and not page["attributes"] and not page["scripts"], page


@pytest.mark.slow
def test_autograded_notebooks_are_bounded(classroom):
    for notebook in classroom["notebooks"]:
        assert notebook["size"] < 4_000_000, notebook
