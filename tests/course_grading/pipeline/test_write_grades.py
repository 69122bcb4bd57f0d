"""A submission's rows are written at once or not at all, whatever the gradebook was like before."""

import pytest
from nbgrader.api import Grade, Gradebook
from sqlalchemy.exc import IntegrityError

from course_grading.commands import sample_class
from course_grading.pipeline.write_grades import one_transaction
from tests.course_grading.graded_class import (
    AUTOMATIC,
    MANUAL,
    PS2,
    gradebook_rows,
    hand_in,
    scores,
)


@pytest.fixture
def course(new_course):
    made = new_course()
    hand_in(made, {"ada": sample_class.right})
    return made


def grade(course):
    grader = course.grader(PS2, force=True)
    grader.grade_student(PS2, "ada")
    grader.close()


def test_what_another_process_has_written_meanwhile_leaves_the_gradebook_usable(course):
    address = f"sqlite:///{course.root / 'gradebook.db'}"
    with Gradebook(address) as ours, Gradebook(address) as theirs:
        with pytest.raises(IntegrityError), one_transaction(ours):
            ours.add_student("eve")
            theirs.add_student("eve")
        assert [student.id for student in ours.students] == ["eve"]
        ours.add_student("zoe")  # and commits
        assert {student.id for student in theirs.students} == {"eve", "zoe"}


def test_what_was_added_to_an_assignment_later_is_written_too(course):
    grade(course)
    before = gradebook_rows(course)
    with course.gradebook() as gradebook:
        (submission,) = gradebook.assignment_submissions(PS2)
        gradebook.db.delete(submission.notebooks[0])
        gradebook.db.commit()
    assert scores(course) != {"ada": AUTOMATIC}
    grade(course)
    assert gradebook_rows(course) == before
    assert scores(course) == {"ada": AUTOMATIC}


def test_rows_of_cells_that_are_new_or_gone_stop_nothing(course):
    grade(course)
    before = gradebook_rows(course)
    with course.gradebook() as gradebook:
        (submission,) = gradebook.assignment_submissions(PS2)
        (notebook,) = submission.notebooks
        grades = {grade.name: grade for grade in notebook.grades}
        gradebook.db.delete(grades[MANUAL])
        gradebook.db.delete(grades[next(iter(grades))])
        gone = Grade(cell_id="gone", notebook=notebook)
        gradebook.db.add(gone)
        gradebook.db.commit()
    grade(course)
    with course.gradebook() as gradebook:
        gradebook.db.delete(gradebook.db.query(Grade).filter(Grade.cell_id == "gone").one())
        gradebook.db.commit()
    assert gradebook_rows(course) == before
