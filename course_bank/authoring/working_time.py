"""How long an assignment takes: what there is to do is counted, and `RATES` say how long it takes.

    python -m course_bank.authoring.working_time      # the table of all assignments

The count is made of the notebook that students get, with one drawing of each question, and of its
worked solution: words to read, steps to work out, lines of code and words to write, checks to run.
Where people were measured, the rate is theirs; where nobody was, it is assumed, and says so. What
the machine computes meanwhile is recorded by ``python -m benchmarks.assignments_run``.
"""

import ast
import difflib
import json
import re
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from course_bank.assignments.assignment import Step, Task
from course_bank.assignments.judgements import Judgement
from course_bank.assignments.problem_sets import problem_sets
from course_bank.authoring.notebook import build
from course_bank.catalogue import bank
from course_bank.core.function_questions import FunctionQuestion
from course_bank.topics.training_clinic import programs
from course_bank.topics.training_clinic.mending import MendingQuestion

DRAWING = "worked through"  # the seed of the drawing that is counted
RECORD = Path(__file__).with_name("machine_seconds.json")
NEAREST = 5  # minutes


@dataclass(frozen=True)
class Rate:
    """Seconds for one of what is counted, and where the number comes from."""

    seconds: float
    source: str


RATES = {
    # each text is read twice: to know what is asked, and again beside the answer
    "words read": Rate(
        2 * 60 / 238,
        "238 words a minute, silent reading of English non-fiction; M. Brysbaert, How many words "
        "do we read per minute?, Journal of Memory and Language 109, 2019",
    ),
    "words written": Rate(
        60 / 19,
        "19 words a minute, composing at a keyboard; C.-M. Karat and others, Patterns of entry "
        "and correction in large vocabulary continuous speech recognition systems, CHI 1999",
    ),
    "steps": Rate(30, "assumed: a line of arithmetic on paper, with a calculator, looked over"),
    "ideas": Rate(
        90,
        "assumed: to find out how, where no rule of the book says it: for a value, "
        "a point of a written answer, each property that code is tried for",
    ),
    "lines": Rate(75, "assumed: a line of code thought out, typed, tried and mended"),
    "checks": Rate(20, "assumed: to run a cell and to look at what it says"),
}


@dataclass(frozen=True)
class Count:
    """What there is to do: see `RATES` for the names."""

    words_read: int = 0
    words_written: int = 0
    steps: int = 0
    ideas: int = 0
    lines: int = 0
    checks: int = 0

    def __add__(self, other):
        pairs = zip(asdict(self).values(), asdict(other).values(), strict=True)
        return Count(*(a + b for a, b in pairs))

    @property
    def seconds(self):
        """How long that takes, without the machine."""
        rates = {name.replace(" ", "_"): rate.seconds for name, rate in RATES.items()}
        return sum(number * rates[name] for name, number in asdict(self).items())


def counted(listed):
    """The `Count` of an `Assignment`."""
    opening = "".join(build(listed)["cells"][0]["source"])
    return sum(map(_of, listed.tasks), Count(words_read=words(opening), checks=2))


def minutes(listed):
    """What an `Assignment` takes, rounded to `NEAREST`."""
    seconds = counted(listed).seconds + machine_seconds()[listed.id]
    return NEAREST * round(seconds / 60 / NEAREST)


@cache
def machine_seconds():
    """{assignment: seconds that its worked notebook runs}, as recorded."""
    return json.loads(RECORD.read_text(encoding="utf-8"))["seconds"]


def words(text):
    """Words and numbers in a text; a table's rules and marks are none."""
    return len(re.findall(r"[^\W_]+(?:[.,'’-]\w+)*", text))


def _of(task):
    if isinstance(task, Judgement):
        return Count(
            words_read=words(task.prompt), words_written=words(task.solution), ideas=task.points
        )
    if isinstance(task, Step):
        read = words(task.prompt) + words(task.stub)
        return Count(words_read=read, lines=lines(task.solution), checks=1)
    assert isinstance(task, Task)
    return _of_question(bank[task.id])


def _of_question(question):
    variant = question.variant(DRAWING)
    told = " ".join([variant.prompt, *(variant.choices or {}).values(), question.stub or ""])
    tried = _tried(question, variant)
    return Count(
        words_read=words(told),
        steps=len(variant.steps),
        ideas=tried if question.hidden else int(not question.solved_by),
        lines=_lines_of(question, variant),
        checks=max(tried, 1),
    )


def _tried(question, variant):
    """How many properties of a function, a model or a program must hold; 0 for a value."""
    if isinstance(question, FunctionQuestion):
        return len(question.drawn_cases(variant))
    if isinstance(question, MendingQuestion):
        return len({fault.misses for fault in programs.FAULTS.values()})
    return max(len(re.findall("(?m)^- ", variant.prompt)), 1) if question.hidden else 0


def _lines_of(question, variant):
    """Lines that a student writes: of a program to mend those that are changed."""
    if not isinstance(question, MendingQuestion):
        return lines(question.solution)
    broken, mended = (
        programs.text(question.id, variant.numbers, mended).splitlines() for mended in (False, True)
    )
    return sum(mark.startswith("+ ") for mark in difflib.ndiff(broken, mended))


def lines(source):
    """Statements and clauses in code: how it is broken over lines does not count."""
    body = ast.parse("def _():\n" + "".join(f"    {line}\n" for line in source.splitlines()))
    kinds = (ast.stmt, ast.comprehension, ast.IfExp)
    return sum(isinstance(node, kinds) for node in ast.walk(body)) - 1


def table():
    """The count of each assignment and its minutes, as text."""
    names = list(RATES)
    rows = [["", *names, "machine, s", "minutes"]]
    for name, listed in problem_sets.items():
        found = asdict(counted(listed))
        numbers = [found[rate.replace(" ", "_")] for rate in names]
        rows.append([name, *numbers, machine_seconds()[name], minutes(listed)])
    rows.append(["seconds each", *(f"{RATES[name].seconds:.2g}" for name in names), 1, ""])
    widths = [max(len(str(row[place])) for row in rows) for place in range(len(rows[0]))]
    return "\n".join(
        "  ".join(str(cell).rjust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    )


if __name__ == "__main__":
    print(table())
    for name, rate in RATES.items():
        print(f"{name}: {rate.source}")
