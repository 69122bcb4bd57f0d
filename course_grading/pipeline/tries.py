"""Whether another hand-in is graded, and the first try kept before the second replaces it."""

from datetime import datetime
from pathlib import Path

from nbgrader.api import MissingEntry

from course_grading import bounded_child
from course_grading.gradebook import second_try
from course_grading.submission import files, handed_in_at


def before_grading(converter, assignment, student, records):
    """A sentence where the hand-in is not to be graded, else None.

    ``records`` are of the grading before, {notebook: record}. A hand-in that comes before feedback
    on the last one, or after one that could not be read, is no try more: it replaces that one.
    """
    directory = converter.coursedir
    may = second_try.allowed(directory.root, assignment, converter.config)
    graded = [record for record in records.values() if record.get("hand_in")]
    if may is None or not graded:
        return None
    if graded[0]["hand_in"] == converter._hand_in(assignment, student):
        return None
    before = second_try.first(directory.root, assignment, student)
    if before and any(record.get("problem") for record in graded):
        return None
    folder = Path(directory.format_path(directory.feedback_directory, student, assignment))
    given = [page for name in records if (page := folder / f"{name}.html").is_file()]
    handed_in = _time(converter, assignment, student)
    if refusal := second_try.refusal(may, before, bool(given), handed_in):
        return refusal
    if before is None and given:
        made = _first(converter, assignment, student, graded)
        second_try.keep(directory.root, assignment, student, made)
        for page in given:
            second_try.keep_page(page)
    return None


def _time(converter, assignment, student):
    """When it was handed in, in UTC, None where nothing says so."""
    path = Path(converter._format_source(assignment, student)) / handed_in_at.NAME
    try:
        data = files.read_bytes(path, handed_in_at.LARGEST, converter._submitted_root())
        return datetime.fromisoformat(bounded_child.call(_moment, data))
    except (files.Unreadable, bounded_child.Ended, OSError):
        return None


def _moment(data):
    return handed_in_at.moment(data).isoformat()


def _first(converter, assignment, student, graded):
    """What the gradebook says of the first try; the records, where it has lost it."""
    try:
        submission = converter.gradebook.find_submission(assignment, student)
    except MissingEntry:
        return second_try.First(sum(e["score"] for r in graded for e in r["questions"]))
    penalty = sum(n.late_submission_penalty or 0 for n in submission.notebooks)
    grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
    unread = sum(bool(grade.needs_manual_grade) for grade in grades)
    made = second_try.First(float(submission.score - penalty), unread)
    converter.gradebook.db.rollback()  # hold no lock while notebooks run
    return made
