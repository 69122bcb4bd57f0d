"""The command that grades the corpus through stock nbgrader still runs on the course as it is."""

import shutil

import pytest

from course_bank import problem_sets
from course_grading.commands import sample_class
from tests.course_grading import compare, corpus
from tests.course_grading.graded_class import PS2, hand_in


@pytest.mark.slow
def test_stock_grades_a_harmless_case_and_the_honest_student(new_course):
    course = new_course()
    cases = corpus.write(course, PS2)
    hand_in(course, {compare.HONEST: sample_class.right})
    (course.root / "nbgrader_config.py").write_text(compare.STOCK.format(timeout=5))
    case = "corpus-windows-line-ends"
    result = compare.stock(course.root, case)
    points = problem_sets[PS2].questions
    full = f"{sum(points.values()):g}"
    made = compare.row(case, cases[case], result, points)
    assert made == ("windows line ends", full, "right", "graded"), result
    shutil.rmtree(course.root / "submitted")
