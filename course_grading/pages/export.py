"""`course export`: the grades as CSV in the shapes that Canvas and Moodle import."""

import csv
import io
import re

from course_grading.gradebook import keys
from course_grading.gradebook.files import write_atomically
from course_grading.gradebook.grades import grade_table
from course_grading.text import say
from course_lib.exercise.wording import counted

FORMATS = ("canvas", "moodle")
# at the begin of a cell, whatever separator the spreadsheet goes by
_FORMULA = re.compile(r"(^|[;,|\t])([^\S\t]*)([=+\-@＝＋－＠])")


def write(course, assignment, kind, warn=None):
    """Write ``reports/<assignment>-<kind>.csv``; returns its path.

    ``warn`` is given a line for what the points lack; by default it goes to the error stream.
    """
    if kind not in FORMATS:
        raise ValueError(f"export: format must be one of {FORMATS}, got {kind!r}.")
    key = keys.read(course.root, assignment, course.students(assignment))
    title = key.title if key else assignment
    grades = grade_table(course, assignment)
    people = _people(course)
    make = {"canvas": canvas, "moodle": moodle}[kind]
    folder = course.root / "reports"
    folder.mkdir(exist_ok=True)
    path = folder / f"{assignment}-{kind}.csv"
    write_atomically(path, as_csv(make(title, grades, people)))
    if twice := [grade for grade in grades if grade.counts]:
        tries = folder / f"{assignment}-tries.csv"
        write_atomically(tries, as_csv(tries_of(twice)))
        (warn or _warn)(f"two tries of {len(twice)}; which one counts is told in {tries.name}.")
    for line in lacking(grades, course.students(assignment)):
        (warn or _warn)(line)
    return path


def _warn(line):
    say(f"Warning: {line}", error=True)


def lacking(grades, handed_in):
    """Why exported points are not final: sentences, none when they are."""
    unread = [grade.to_read for grade in grades if grade.to_read]
    if unread:
        yield (
            f"{counted(sum(unread), 'answer')} of {counted(len(unread), 'student')} not read yet; "
            "the points lack them. Read them in formgrader, then export again."
        )
    waiting = [
        grade.student for grade in grades if grade.score is None and grade.student in handed_in
    ]
    if waiting:
        yield (
            f"handed in and not graded yet: {', '.join(waiting)}. "
            "Run course grade, then export again."
        )


def _people(course):
    """{student id: (first name, last name, email, id in the learning platform)}."""
    with course.gradebook() as gradebook:
        return {
            student.id: tuple(
                value or ""
                for value in (
                    student.first_name,
                    student.last_name,
                    student.email,
                    student.lms_user_id,
                )
            )
            for student in gradebook.students
        }


def canvas(title, grades, people):
    """Rows of Canvas' gradebook import: fixed columns, then one per assignment.

    The second row holds the points possible. Canvas finds students by its own id or by the SIS
    ids; columns that are empty for all are ignored.
    """
    most = max((grade.most for grade in grades), default=0)
    yield ("Student", "ID", "SIS User ID", "SIS Login ID", "Section", title)
    yield ("    Points Possible", "", "", "", "", f"{most:g}")
    for grade in grades:
        first, last, _, number = people.get(grade.student, ("", "", "", ""))
        name = f"{last}, {first}" if last or first else grade.student
        yield (name, number, grade.student, grade.student, "", _score(grade))


def moodle(title, grades, people):
    """Rows of Moodle's grade import: students are found by the ID number or the email address."""
    yield ("ID number", "First name", "Surname", "Email address", title)
    for grade in grades:
        first, last, email, _ = people.get(grade.student, ("", "", "", ""))
        yield (grade.student, first, last, email, _score(grade) or "-")


def tries_of(grades):
    """Rows on those who handed in twice: both tries, and which one the exported points are of."""
    yield ("Student", "First try", "Second try", "Counts")
    for grade in grades:
        first, second = grade.tries
        yield (grade.student, f"{first:g}", f"{second:g}", grade.counts)


def _score(grade):
    return "" if grade.score is None else f"{grade.score:g}"


def as_csv(rows):
    """CSV text; what a spreadsheet would run as a formula gets an apostrophe before it.

    A text is cut at semicolons where a comma is the decimal sign: then a formula begins there.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    for row in rows:
        writer.writerow([_inert(cell) for cell in row])
    return stream.getvalue()


def _inert(cell):
    text = re.sub(r"[\r\n]+", " ", str(cell))  # a row is a line
    return text if text == "-" else _FORMULA.sub(r"\1\2'\3", text)
