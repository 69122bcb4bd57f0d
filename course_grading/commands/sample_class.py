"""A sample class: what students hand in, from the right notebook to no notebook at all.

Ids start with ``sample-``. Every submission is made from the released notebook; answers come from
the instructor's solution and from the bank.
"""

import copy
import json
import re
from pathlib import Path

from course_grading.gradebook import keys
from course_grading.gradebook.files import write_atomically

PREFIX = "sample-"
_SOLUTION = re.compile(r"^[ \t]*### (BEGIN|END) SOLUTION[^\n]*\n?", re.MULTILINE)


class Notebook:
    """A student's copy of the released notebook."""

    def __init__(self, released, solved, key, student):
        self.content = copy.deepcopy(released)
        self.key, self.student = key, student
        self._solved = {
            _grade_id(cell): _SOLUTION.sub("", "".join(cell["source"]))
            for cell in solved["cells"]
            if _marks(cell).get("solution")
        }
        self.questions = list(key.questions) if key else []
        self.sign(student)

    @property
    def cells(self):
        return self.content["cells"]

    def sign(self, student):
        """Write an id where the notebook asks for it."""
        for cell in self.cells:
            cell["source"] = re.sub(
                r"""^STUDENT_ID = (["']).*?\1""",
                f"STUDENT_ID = {student!r}",
                "".join(cell["source"]),
                flags=re.MULTILINE,
            )

    def answer_cells(self):
        """{question: its answer cell}, in order: the last answer cell before each check."""
        found, last = {}, None
        for cell in self.cells:
            marks = _marks(cell)
            if marks.get("solution"):
                last = cell
            elif marks.get("grade") and marks["grade_id"] in self.questions and last is not None:
                found[marks["grade_id"]] = last
        return found

    def solve(self, names=None):
        """Fill in the instructor's solution, of all questions or of some."""
        chosen = self.answer_cells()
        wanted = {id(cell) for name, cell in chosen.items() if names is None or name in names}
        for cell in self.cells:
            written = names is None and _marks(cell).get("solution")
            if id(cell) in wanted or written:
                cell["source"] = self._solved.get(_grade_id(cell), cell["source"])
        return self

    def set(self, name, code):
        """Put ``code`` at the end of the answer cell of a question."""
        cell = self.answer_cells()[name]
        cell["source"] = f"{cell['source'].rstrip()}\n{code}\n"
        return self

    def set_value(self, name, value):
        """Assign a value to the variable of a question."""
        return self.set(name, f"{self.key.variable(name)} = {value!r}")

    def value_questions(self):
        """Questions whose answer is a value that can be written down."""
        return [name for name in self.questions if not self.key.hidden(name)]

    def variant(self, name, student=None):
        return self.key.variant(name, student or self.student)

    def text(self):
        return json.dumps(self.content, indent=1, ensure_ascii=False) + "\n"


def _marks(cell):
    return cell.get("metadata", {}).get("nbgrader", {})


def _grade_id(cell):
    return _marks(cell).get("grade_id")


# ------------------------------------------------------------------ one function per student


def right(book):
    """Everything right."""
    return book.solve().text()


def right_but_noisy(book):
    """Everything right, with prints, warnings and logging on the way."""
    book.solve()
    for name in book.questions:
        book.set(name, "import warnings; warnings.warn('look here'); print('done', flush=True)")
    return book.text()


def other_forms(book):
    """Everything right, with tuples as lists, numbers as text and NumPy's integers."""
    book.solve()
    for place, name in enumerate(book.value_questions()):
        value = book.variant(name).answer
        if isinstance(value, int) and not isinstance(value, bool):
            book.set_value(name, str(value) if place % 2 else [value])
        elif isinstance(value, list):
            book.set_value(name, tuple(value))
    return book.text()


def half_right(book):
    """The first half solved, the rest untouched."""
    return book.solve(book.questions[: (len(book.questions) + 1) // 2]).text()


def misconceptions(book):
    """Of every question a wrong answer that the bank knows by name."""
    for name in book.value_questions():
        wrong = book.variant(name).misconceptions
        if wrong:
            book.set_value(name, wrong[0].answer)
    return book.text()


def second_misconceptions(book):
    """Half right, the rest wrong in the second way that the bank knows."""
    names = book.value_questions()
    book.solve(names[::2])
    for name in names[1::2]:
        wrong = book.variant(name).misconceptions
        if wrong:
            book.set_value(name, wrong[-1].answer)
    return book.text()


def empty(book):
    """The notebook as it was handed out."""
    return book.text()


def crash(book):
    """All right but the second answer, which ends the kernel."""
    return book.solve().set(book.questions[1], "import os; os._exit(1)").text()


def endless_loop(book):
    """All right but the second answer, which never ends."""
    name = book.questions[1]
    del_line = f"{book.key.variable(name)} = None\nwhile True:\n    pass"
    return book.solve().set(name, del_line).text()


def memory_hog(book):
    """All right but the third answer, which asks for 80 GB."""
    name = book.questions[min(2, len(book.questions) - 1)]
    variable = book.key.variable(name)
    code = f"{variable} = None\nimport numpy; {variable} = numpy.ones(10**10)"
    return book.solve().set(name, code).text()


def typing_errors(book):
    """All right but the first answer, which is no Python."""
    book.solve()
    book.answer_cells()[book.questions[0]]["source"] = "this is ( not Python"
    return book.text()


def deleted_checks(book):
    """All right, with every check deleted and its marks gone from the notebook."""
    book.solve()
    book.content["cells"] = [
        c for c in book.cells if not _marks(c).get("grade") or _marks(c).get("solution")
    ]
    return book.text()


def wrong_id(book):
    """Right, but worked out for a mistyped id."""
    book.sign(f"{book.student}x")
    for name in book.value_questions():
        book.set_value(name, book.variant(name, f"{book.student}x").answer)
    return book.text()


def copied(book):
    """The numbers that another student should have found."""
    for name in book.value_questions():
        book.set_value(name, book.variant(name, f"{PREFIX}right").answer)
    return book.text()


def not_a_notebook(book):
    """A text under the name of a notebook."""
    return "Dear professor, I could not open the file. Here are my answers: 26, 13, 7.\n"


def no_file(book):
    """A folder without the notebook."""
    return None


STUDENTS = {
    f"{PREFIX}{function.__name__.replace('_', '-')}": function
    for function in (
        right,
        right_but_noisy,
        other_forms,
        half_right,
        misconceptions,
        second_misconceptions,
        empty,
        crash,
        endless_loop,
        memory_hog,
        typing_errors,
        deleted_checks,
        wrong_id,
        copied,
        not_a_notebook,
        no_file,
    )
}


def write(course, assignment):
    """Write the class into ``submitted``; returns {student: whether the file was new or other}."""
    source = course.source(assignment)
    solved = json.loads(source.read_text(encoding="utf-8"))
    released = course.folder("release", assignment) / source.name
    content = json.loads(released.read_text(encoding="utf-8"))
    key = keys.read(course.root, assignment, STUDENTS)
    changed = {}
    for student, function in STUDENTS.items():
        folder = course.folder("submitted", assignment, student)
        text = function(Notebook(content, solved, key, student))
        changed[student] = _write(folder, source.name, text)
    return changed


def _write(folder, name, text):
    folder.mkdir(parents=True, exist_ok=True)
    path = Path(folder) / (name if text is not None else "answers.txt")
    text = text if text is not None else "See my notebook.\n"
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    write_atomically(path, text)
    return True
