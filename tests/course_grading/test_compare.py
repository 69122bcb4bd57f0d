"""The command that grades the corpus through stock nbgrader still runs on the course as it is."""

import contextlib
from functools import partial

import pytest

from course_bank import problem_sets
from course_grading.commands import sample_class
from tests.course_grading import compare, corpus, kept_class
from tests.course_grading.conftest import make_course
from tests.course_grading.graded_class import PS2, hand_in
from tests.kept import while_right
from tests.requirements import bubblewrap

CASE = "corpus-windows-line-ends"


@pytest.fixture(scope="module")
def stock(request, tmp_path_factory):
    """What stock nbgrader gives the harmless case and the honest student."""
    bubblewrap()
    find = partial(graded, tmp_path_factory)
    with while_right(request.session, "compare", kept_class.now(), find) as found:
        yield found


def graded(tmp_path_factory):
    root = tmp_path_factory.mktemp("stock")
    with contextlib.chdir(root):
        course = make_course(root)
        corpus.write(course, PS2)
        hand_in(course, {compare.HONEST: sample_class.right})
        (root / "nbgrader_config.py").write_text(compare.STOCK.format(timeout=5))
        return compare.stock(root, CASE)


@pytest.mark.slow
def test_stock_grades_a_harmless_case_and_the_honest_student(stock):
    points = problem_sets[PS2].questions
    full = f"{sum(points.values()):g}"
    made = compare.row(CASE, corpus.CASES[CASE], stock, points)
    assert made == ("windows line ends", full, "right", "graded"), stock
