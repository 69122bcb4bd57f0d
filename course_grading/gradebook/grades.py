"""The grade table of an assignment: points, what is still to read, and what to know of each."""

from dataclasses import dataclass

from course_grading.gradebook import scores, second_try
from course_grading.root import NoCourse


@dataclass
class Grade:
    """One line of the grade table. ``to_read`` counts answers that a person must still read.

    Of a student with two tries ``score`` is of the one that counts, which ``counts`` names, and
    ``tries`` has the points of both.
    """

    student: str
    score: float | None = None
    most: float = 0.0
    to_read: int = 0
    late: bool = False
    remark: str = ""
    counts: str = ""
    tries: tuple = ()


def grade_table(course, assignment):
    """A `Grade` for every student of the gradebook or with a submission, by id."""
    records, notebook = course.records(assignment), course.source(assignment).stem
    found = {student: Grade(student) for student in course.students(assignment)}
    handed_in = set(found)
    with course.gradebook() as gradebook:
        entry = _entry(gradebook, assignment)
        most, known = entry.max_score, scores.automatic(gradebook, assignment)
        for student in gradebook.students:
            found.setdefault(student.id, Grade(student.id, remark="nothing handed in"))
        found |= _graded(gradebook, entry)
    for student, grade in found.items():
        grade.most = most
        if student in handed_in:
            record = records.get(student)
            lacking = _missing(record, known.get((student, notebook)))
            grade.remark = lacking or remark(record)
        elif grade.score is not None:
            grade.remark = "submission removed"
    _count_tries(course, assignment, found, records)
    return [found[student] for student in sorted(found)]


def _entry(gradebook, assignment):
    """nbgrader's entry of an assignment."""
    from nbgrader.api import MissingEntry

    try:
        return gradebook.find_assignment(assignment)
    except MissingEntry:
        raise NoCourse(
            f"The gradebook has no notebooks of {assignment}: "
            f"run nbgrader generate_assignment {assignment} --force first."
        ) from None


def _graded(gradebook, entry):
    """{student: Grade} of the submissions that the gradebook has points of."""
    unread, found = _unread(gradebook, entry.id), {}
    for submission in gradebook.assignment_submissions(entry.name):
        student = submission.student_id
        penalty = sum(n.late_submission_penalty or 0 for n in submission.notebooks)
        found[student] = Grade(
            student,
            submission.score - penalty,
            to_read=unread.get(student, 0),
            late=submission.total_seconds_late > 0,
        )
    return found


def _count_tries(course, assignment, found, records):
    """Give those with two tries the points of the one that counts."""
    may = second_try.allowed(course.root, assignment, course.app.config)
    for student, grade in found.items():
        before = second_try.first(course.root, assignment, student)
        if before is None or grade.score is None:
            continue
        problem = bool(records.get(student, {}).get("problem"))
        counts = may.counts if may else "better"
        grade.tries = (before.score, grade.score)
        grade.score, grade.counts = second_try.counted(counts, before, grade.score, problem)
        told = second_try.sentence(may, grade.counts)
        grade.remark = "; ".join(filter(None, (told, grade.remark)))


def _unread(gradebook, assignment_id):
    """{student: answers that a person must still read}, in one query for the whole class."""
    from nbgrader import api
    from sqlalchemy import func

    rows = (
        gradebook.db.query(api.SubmittedAssignment.student_id, func.count())
        .join(api.SubmittedAssignment.notebooks)
        .join(api.SubmittedNotebook.grades)
        .filter(api.SubmittedAssignment.assignment_id == assignment_id)
        .filter(api.Grade.needs_manual_grade)
        .group_by(api.SubmittedAssignment.student_id)
    )
    return dict(map(tuple, rows))


def _missing(record, known):
    """What the gradebook lacks; ``known`` are its automatic points, {cell: points}, or None."""
    if not record:
        return "not graded yet"
    if known is None:
        return "graded, but not in this gradebook: course grade again"
    if not scores.are_of(record, known):
        return "the gradebook has other points than the graded notebook: course grade again"
    return ""


def remark(record):
    """What an instructor should know of a graded submission, in a few words."""
    if record.get("problem"):
        return record["problem"]
    return "; ".join(record.get("flags", []))
