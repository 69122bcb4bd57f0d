"""A student's side of an assignment: the own numbers, and a check of the form of an answer.

    sheet = Exercise("ps2-output-shapes", student="ada")
    sheet.show("sizes-valid")            # the task
    n = sheet.numbers("sizes-valid")     # its numbers: n.size, n["kernel"]
    sheet.check_form("sizes-valid", 26)  # the form, never the value

The numbers come from the file of sheets beside the notebook, ``ps2-output-shapes.sheets.json``;
which of them are a student's follows from the id, from day to day and machine to machine. No
answer is in the file, and nothing here knows one. Needs the standard library alone.
"""

import difflib
import importlib.util
import os
from pathlib import Path

from course_lib.exercise import forms, functions, sheets, wording
from course_lib.exercise.plain_values import plain

SAMPLE_STUDENT = "demo"
_VALIDATING = "NBGRADER_VALIDATING"  # nbgrader sets it while it validates

# what a library that a notebook needs is called, and what it weighs once it is installed
WEIGHS = {"numpy": "NumPy (60 MB)", "tensorflow": "Keras with TensorFlow (1.5 GB)"}


class Numbers(dict):
    """A dict whose entries can be read as attributes too: ``n.size`` is ``n["size"]``."""

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"no number {name!r} here; there are: {', '.join(self)}") from None


class _Sentence:
    """An error of the student's making: notebooks show its sentence without a traceback."""

    def _render_traceback_(self):
        return [str(self)]


class FormError(_Sentence, AssertionError):
    """An answer that cannot be read."""


class IdError(_Sentence, ValueError):
    """An id that is none."""


class MissingError(_Sentence, ImportError):
    """A file or a library that the notebook needs is not here."""


class Exercise:
    """The sheet of one student for one assignment.

    Args:
        assignment: its id, such as "ps2-output-shapes".
        student: the student's id, as the instructor knows it.
        needs: libraries that the notebook imports.

    Raises:
        IdError: the id is empty or no text.
        MissingError: the file of sheets or a library is not here; the text says what to do.
        ValueError: the file cannot be read.
    """

    def __init__(self, assignment, student=SAMPLE_STUDENT, needs=("numpy",)):
        sheet = sheets.given()
        if sheet is None:
            _require(needs)
            sheet = sheets.sheet_of(_content(assignment), _id(student))
        self.assignment = sheet["assignment"]
        self.student = sheet["student"]
        self.title = sheet.get("title", self.assignment)
        self._book = sheet.get("book", "")
        self._unanswered = {}  # {question: whether its check found no answer}
        self._questions = {entry["id"]: entry for entry in sheet["questions"]}

    def __repr__(self):
        return f"Exercise({self.assignment!r}, student={self.student!r})"

    def _repr_markdown_(self):
        lines = [f"**{self.title}**: {self._whose()}", "", "| task | your numbers |", "|---|---|"]
        for name, entry in self._questions.items():
            lines.append(f"| `{name}` | {_told(entry)} |")
        return "\n".join(lines)

    def _whose(self):
        if self.student == SAMPLE_STUDENT:
            return (
                f"the numbers of the sample student **{SAMPLE_STUDENT}**. These are not yours: "
                "write your id into `STUDENT_ID` and run the first cells again."
            )
        return f"the numbers of **{self.student}**."

    def _entry(self, question):
        if question in self._questions:
            return self._questions[question]
        near = difflib.get_close_matches(str(question), self._questions, 1, 0)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"Exercise: {self.assignment} has no task {question!r}.{hint}")

    def show(self, question):
        """Display the task with the student's own numbers."""
        entry = self._entry(question)
        points = f"{entry['points']} point" + ("s" if entry["points"] != 1 else "")
        text = f"**{entry['id']}** ({points}; {self._whose().rstrip('.')})\n\n{entry['prompt']}"
        if entry.get("expects"):
            text += f"\n\nAssign {entry['expects']} to `{entry['variable']}`."
        if entry.get("where"):
            where, end = entry["where"], wording.stop(entry["where"])
            if self._book.startswith(("https://", "http://")):
                where = f"[{where}]({self._book}/{entry['page']})"
            text += f"\n\nIn the book: {where}{end}"
        _display_markdown(text)

    def numbers(self, question):
        """The numbers of the task, as a dict with attributes."""
        return Numbers(self._entry(question)["numbers"])

    def letter(self, question, text):
        """The letter of the option that reads ``text``, of a choice.

        Raises ValueError where there is no such option.
        """
        options = self._entry(question).get("choices") or {}
        for letter, option in options.items():
            if option == text:
                return letter
        told = "; ".join(options.values()) or "none"
        raise ValueError(f"letter: {question} has no option {text!r}; there are: {told}")

    def check_form(self, question, value):
        """Complain when ``value`` cannot be read as an answer; say so when it can.

        What is not answered yet is only printed, so that "Run All" shows every task; for
        nbgrader's Validate it is an error. A function is tried on the example of its task. Never
        tells whether a value is right.

        Raises:
            FormError: an AssertionError with a sentence on the form.
        """
        entry = self._entry(question)
        problem, name = _problem(entry, value), entry["variable"]
        self._unanswered[question] = problem in (forms.NOT_ANSWERED, functions.NOTHING_YET)
        if self._unanswered[question] and not os.environ.get(_VALIDATING):
            print(f"{name}: {problem}")
            return
        if problem:
            raise FormError(f"{name}: {problem}{self._validated(question)}")
        if entry["form"] == "function":
            print(f"{name}: right on your example. Grading tries other inputs.")
        else:
            print(f"{name}: this can be graded. Whether it is right, grading will tell.")
        if self.student == SAMPLE_STUDENT:
            print(f'STUDENT_ID is still "{SAMPLE_STUDENT}": these are {SAMPLE_STUDENT}\'s numbers.')

    def _validated(self, question):
        """What an unanswered task means to nbgrader's Validate, which calls it a failed test."""
        if not self._unanswered[question]:
            return ""
        missing = sum(self._unanswered.values())
        return (
            f" (Validate looks at the form of answers, not at their values. So far {missing} of "
            f"{len(self._unanswered)} are missing.)"
        )


def _problem(entry, value):
    """A sentence on what keeps ``value`` from being graded, or None."""
    if functions.is_stub(value):
        return functions.NOTHING_YET
    if value is not None and entry["form"] == "function":
        return functions.check_function(entry["numbers"], value)
    value = plain(value)
    problem = forms.check_form(entry["form"], value, entry.get("expects") or None)
    if problem or not entry.get("choices"):
        return problem
    return forms.no_option(entry["choices"], forms.FORMS["choice"].read(value))


def _require(needs):
    missing = [name for name in needs if importlib.util.find_spec(name) is None]
    if missing:
        name = missing[0]
        raise MissingError(
            f"This notebook needs {WEIGHS.get(name, name)}, which is not installed: run "
            f"%pip install {name} in a cell of its own, restart the kernel, and run this again."
        )


def _content(assignment):
    path = sheets.find(assignment)
    if path is not None:
        return sheets.read(path)
    others = ", ".join(sheets.beside(assignment))
    there = f" There are sheets of {others}, which belong to other notebooks." if others else ""
    raise MissingError(
        f"{sheets.file_name(assignment)} is not here. It came with this notebook: put it into the "
        f"folder in which Python works, {Path.cwd()}, and run this cell again.{there}"
    )


def _id(student):
    if isinstance(student, str) and student.strip():
        return student.strip()
    example = student if isinstance(student, int) else "ada"
    raise IdError(
        f"Exercise: student must be your id as a text in quotes, got {student!r}. "
        f'Write for example STUDENT_ID = "{example}" in the cell above, and run both cells.'
    )


def _told(entry):
    """A student's numbers in a line: those that the task tells, arrays by their shape."""
    numbers = entry["numbers"]
    names = entry.get("shown", numbers)
    told = ", ".join(f"{name} {_in_short(numbers[name])}" for name in names)
    if not told:
        return "the same for everybody"
    return f"an example: {told}" if entry["form"] == "function" else told


def _in_short(value):
    if not isinstance(value, list):
        return str(value).replace("|", "\\|") if not isinstance(value, dict) else "below"
    if not value or not isinstance(value[0], list):
        return str(value) if len(value) <= 6 else f"({len(value)} numbers)"
    sides = []
    while isinstance(value, list) and value:
        sides.append(str(len(value)))
        value = value[0]
    return " × ".join(sides)


def _display_markdown(text):
    try:
        from IPython.display import Markdown, display
    except ImportError:  # a plain Python session
        print(text)
    else:
        display(Markdown(text))
