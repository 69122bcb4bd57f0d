"""Submissions that try something: hostile, broken or only odd, one function each.

Every function is named by what it tries. It starts from an empty notebook or a solved one, changes
it, and declares what it must be worth: nothing, everything, or everything but some questions. The
class of all of them is graded in one run by ``test_corpus.py``, and through stock nbgrader by
``python -m tests.course_grading.compare``. Those of an assignment of functions or models (`of`)
are graded in the class that ``tests/exercises/test_pipeline.py`` has for every assignment.
"""

import json
import math
from dataclasses import dataclass

from course_grading.commands.sample_class import Notebook
from course_grading.gradebook import keys
from tests.course_grading.graded_class import PS2

PREFIX = "corpus-"
WRITTEN = object()  # returned by a function that wrote the submission's files itself
CASES = {}
PROGRAMS = {}  # the cases of other assignments


@dataclass(frozen=True)
class Case:
    """What a function makes and what that must be worth.

    ``base`` is "empty" (worth nothing) or "solved"; ``loses`` lists the questions, by place, that
    a solved notebook must lose; None means all. ``unreadable``: graded 0 with a comment.
    ``earns``: {question: share of its points} of an assignment of programs, all of the others.
    """

    function: object
    base: str
    loses: tuple | None
    unreadable: bool = False
    assignment: str = PS2
    earns: tuple = ()

    def points(self, points):
        """The right score, from {question: points} in order."""
        if self.earns:
            return sum(self.scores(points).values())
        if self.base == "empty" or self.loses is None:
            return 0.0
        return float(sum(p for place, p in enumerate(points.values()) if place not in self.loses))

    def scores(self, points):
        """The right score of each question of programs: hundredths, rounded down."""
        shares = dict(self.earns)
        return {q: math.floor(100 * p * shares.get(q, 1) + 1e-6) / 100 for q, p in points.items()}


def empty(function):
    """Registers a case that starts from the untouched notebook and must be worth nothing."""
    CASES[_name(function)] = Case(function, "empty", None)
    return function


def solved(*loses):
    """Registers a case that starts from the solution and must lose these questions only."""

    def register(function):
        CASES[_name(function)] = Case(function, "solved", loses)
        return function

    return register


def unreadable(function):
    """Registers a case whose submission cannot be read."""
    CASES[_name(function)] = Case(function, "solved", None, True)
    return function


def of(assignment, **earns):
    """Registers a case of programs; ``earns`` is {question: share}, with _ for -."""

    def register(function):
        shares = tuple((name.replace("_", "-"), share) for name, share in earns.items())
        PROGRAMS[_name(function)] = Case(function, "solved", (), False, assignment, shares)
        return function

    return register


def _name(function):
    return PREFIX + function.__name__.replace("_", "-")


class Book(Notebook):
    """A `Notebook` that knows where it will lie."""

    folder = root = path = None

    @property
    def assignment(self):
        """Its id."""
        return self.key.assignment

    def every(self, code):
        """Add code to every answer cell."""
        for name in self.questions:
            self.set(name, code.replace("VARIABLE", name.replace("-", "_")))

    def first_cell(self, code):
        """A cell of the student's before all others."""
        self.cells.insert(0, own_cell(code))

    def second(self, code):
        """Replace the second answer by code that may set ``answer``."""
        name = self.questions[1]
        variable = name.replace("-", "_")
        self.answer_cells()[name]["source"] = f"{variable} = None\n{code}"

    def checks(self):
        return [c for c in self.cells if marks_of(c).get("grade_id") in self.questions]


def marks_of(cell):
    return cell.get("metadata", {}).get("nbgrader", {})


def own_cell(source, **metadata):
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": f"own{abs(hash(source)) % 10**9}",
        "metadata": metadata,
        "outputs": [],
        "source": source,
    }


def write(course, assignment=PS2):
    """Write the class of an assignment; returns {student: Case}."""
    cases = {s: c for s, c in {**CASES, **PROGRAMS}.items() if c.assignment == assignment}
    source = course.source(assignment)
    solution = json.loads(source.read_text(encoding="utf-8"))
    released = json.loads(
        (course.folder("release", assignment) / source.name).read_text(encoding="utf-8")
    )
    key = keys.read(course.root, assignment)
    for student, case in cases.items():
        book = Book(released, solution, key, student)
        book.folder = course.folder("submitted", assignment, student)
        book.root, book.path = course.root, book.folder / source.name
        book.folder.mkdir(parents=True)
        if case.base == "solved":
            book.solve()
        made = case.function(book)
        if made is WRITTEN:
            continue
        made = book.text() if made is None else made
        book.path.write_bytes(made if isinstance(made, bytes) else made.encode())
    return cases
