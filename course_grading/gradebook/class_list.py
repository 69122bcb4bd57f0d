"""`nbgrader db student import`: a class list as spreadsheets save it.

Excel writes a byte order mark, semicolons where a comma is the decimal sign, or the letters of
Windows (cp1252). Each is told by the file itself; what cannot be told is refused in a sentence,
before the first student is entered.
"""

import csv
import io
import os

from course_grading.submission.files import is_plain
from course_grading.submission.handed_in_at import decoded

COLUMNS = ("first_name", "last_name", "email", "lms_user_id")
_SEPARATORS = (",", ";", "\t")


def read(data):
    """{id: {column: text or None}} of the bytes of a class list; ValueError with a sentence."""
    text = _text(data)
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep="):  # Excel's own first line
        text = rest
    heading = text.partition("\n")[0]
    separator = max(_SEPARATORS, key=heading.count)
    table = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    names = [name.strip().lower() for name in next(table, [])]
    if "id" not in names:
        raise ValueError(
            f"expected a first line with the column id, such as id,first_name,last_name, got "
            f"{heading.strip()[:80]!r}"
        )
    students = {}
    for row in table:
        cells = dict(zip(names, (cell.strip() for cell in row), strict=False))
        if not any(cells.values()):
            continue
        student = cells.get("id", "")
        if not student or not is_plain(student):
            raise ValueError(f"line {table.line_num}: expected an id, got {student!r}")
        if student in students:
            raise ValueError(f"line {table.line_num}: the id {student!r} stands there twice")
        students[student] = {name: cells.get(name) or None for name in COLUMNS if name in names}
    return students


def _text(data):
    """The file's text: by its byte order mark, else UTF-8, else cp1252."""
    try:
        text = decoded(data)
    except ValueError:
        try:
            text = data.decode("cp1252")
        except ValueError:
            text = "\0"
    if "\0" in text:
        raise ValueError("it is no text: save it as CSV, in UTF-8 where the program asks")
    return text


def install():
    """Let nbgrader's command read class lists so."""
    from nbgrader.apps import dbapp

    dbapp.DbStudentImportApp.start = _start


def _start(app):
    """What `nbgrader db student import` does in place of its own reading."""
    from nbgrader.api import Gradebook
    from nbgrader.apps.dbapp import DbBaseApp

    DbBaseApp.start(app)
    if len(app.extra_args) != 1:
        app.fail("Expected one class list: nbgrader db student import students.csv")
    path = app.extra_args[0]
    try:
        with open(path, "rb") as file:
            students = read(file.read())
    except OSError as problem:
        app.fail("%s cannot be opened: %s", path, os.strerror(problem.errno or 0))
    except (ValueError, csv.Error) as problem:
        app.fail("%s: %s. No student was entered.", path, problem)
    directory = app.coursedir
    with Gradebook(directory.db_url, app.course_id, app.authenticator) as gradebook:
        for student, known in students.items():
            app.log.info("Creating/updating student %r: %s", student, known)
            gradebook.update_or_create_student(student, **known)
