"""`course grades`: the grade table in the terminal."""

from course_grading.commands.options import open_course
from course_grading.gradebook.grades import grade_table
from course_grading.text import printable_line, say

WIDEST = 300  # characters of a line


def command(options):
    """Print the table."""
    show(open_course(options), options.assignment)


def show(course, assignment):
    """Print the grades of an assignment, a line for each student."""
    table = grade_table(course, assignment)
    width = max((len(grade.student) for grade in table), default=7)
    say(f"{'student':<{width}} {'points':>12}  remark")
    for grade in table:
        score = "–" if grade.score is None else f"{grade.score:g} of {grade.most:g}"
        notes = [f"{grade.to_read} to read" if grade.to_read else "", "late" if grade.late else ""]
        remark = "; ".join(filter(None, [*notes, grade.remark]))
        line = printable_line(f"{grade.student:<{width}} {score:>12}  {remark}")
        say(line if len(line) <= WIDEST else f"{line[: WIDEST - 1]}…")
