"""A small class that has handed in an assignment, and what is read of its grades."""

import json
import logging

import nbformat

from course_bank import problem_sets
from course_grading.commands import sample_class
from course_grading.gradebook import keys
from course_grading.gradebook.grades import grade_table

PS2 = "ps2-output-shapes"
POINTS = problem_sets[PS2].questions
AUTOMATIC = float(sum(POINTS.values()))
SECOND = list(POINTS.values())[1]  # what a submission loses whose second answer ends the kernel
MANUAL = "sizes-why-floor"


def copied_from_solved(book):
    """The numbers that another student should have found."""
    for name in book.value_questions():
        book.set_value(name, book.variant(name, "solved").answer)
    return book.text()


HANDED_IN = {
    "solved": sample_class.right,
    "empty": sample_class.empty,
    "wrong": sample_class.misconceptions,
    "mistyped": sample_class.wrong_id,
    "copier": copied_from_solved,
    "letter": sample_class.not_a_notebook,
    "unread": sample_class.right,
}


def hand_in(course, students, assignment=PS2):
    source = course.source(assignment)
    solution = json.loads(source.read_text(encoding="utf-8"))
    key = keys.read(course.root, assignment)
    released = json.loads((course.folder("release", assignment) / source.name).read_text("utf-8"))
    for student, function in students.items():
        folder = course.folder("submitted", assignment, student)
        folder.mkdir(parents=True, exist_ok=True)
        book = sample_class.Notebook(released, solution, key, student)
        (folder / source.name).write_text(function(book), encoding="utf-8")


def asked(course, name, student, assignment=PS2):
    """The variant of a question that a student of the class has."""
    return keys.read(course.root, assignment).variant(name, student)


def nbgrader(*arguments):
    """What the command ``nbgrader ...`` runs, in this process."""
    from nbgrader.apps.autogradeapp import AutogradeApp
    from nbgrader.apps.generatefeedbackapp import GenerateFeedbackApp

    command, *rest = arguments
    app = {"autograde": AutogradeApp, "generate_feedback": GenerateFeedbackApp}[command]()
    app.initialize(list(rest))
    app.log.setLevel(logging.CRITICAL)
    app.start()


def scores(course):
    return {grade.student: grade.score for grade in grade_table(course, PS2)}


def gradebook_rows(course):
    """{(student, cell): (automatic score, manual score, needs manual grading, comment)}."""
    rows = {}
    with course.gradebook() as gradebook:
        for submission in gradebook.assignment_submissions(PS2):
            for notebook in submission.notebooks:
                for grade in notebook.grades:
                    rows[submission.student_id, grade.name] = (
                        grade.auto_score,
                        grade.manual_score,
                        grade.needs_manual_grade,
                    )
                for comment in notebook.comments:
                    rows[submission.student_id, comment.name, "comment"] = comment.comment
    return rows


def notebook_of(course, student):
    path = course.folder("autograded", PS2, student) / f"{PS2}.ipynb"
    return nbformat.read(path, as_version=4)


def page_of(course, student):
    return (course.folder("feedback", PS2, student) / f"{PS2}.html").read_text("utf-8")
