"""Answers that are right for somebody else's numbers.

Students have different numbers, so an answer that is wrong for its student but right for another's
numbers is a trace. One match may be chance; several that together would rarely be are flagged, to
the instructor alone. The work grows with the class, not with its square: answers are looked up in
an index.
"""

import math
from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from course_grading.kernels.inside.answers import BadAnswer, read_all

CHANCE = 0.01  # how often a class may have one false flag


@dataclass(frozen=True)
class Match:
    """``student`` gave answers that are right for ``other``'s numbers."""

    student: str
    other: str
    questions: tuple

    def __str__(self):
        listed = ", ".join(self.questions)
        return f"{len(self.questions)} answers fit the numbers of {self.other}: {listed}"


def find(key, records, students):
    """[Match] among ``records`` ({student: record}), with the numbers of all ``students``."""
    numbers = Numbers(key, {*students, *records})
    found = (
        numbers.match(student, record.get("questions", []))
        for student, record in sorted(records.items())
    )
    return [match for match in found if match is not None]


class Numbers:
    """The right answers of a class: of a question, the first time that it is asked for.

    `prepare` looks all of them up at once: what a child looks up ends with it.
    """

    def __init__(self, key, students):
        self.key, self.students = key, sorted(students)
        self.names = {name for name in key.questions if not key.hidden(name)} if key else set()
        self._whose = {}  # {question: {answer: students for whose numbers it is right}}

    def prepare(self):
        """Look up the answers of all questions."""
        for name in self.names:
            self._index(name)
        return self

    def match(self, student, entries):
        """The `Match` of these entries of a record, or None."""
        wrong = [e for e in entries if e["id"] in self.names and e.get("credit", 0) < 1]
        answers = [(e["id"], key) for e in wrong if (key := _key(_value(e))) is not None]
        if len(answers) < 2:
            return None  # one answer cannot tell
        shared, surprise = defaultdict(list), defaultdict(float)
        for name, key in answers:
            others = self._index(name).get(key, ())
            for other in others:
                if other != student:
                    shared[other].append(name)
                    surprise[other] -= math.log(len(others) / len(self.students))
        best = max(surprise, key=surprise.get, default=None)
        if best is None or surprise[best] <= math.log(len(self.students) / CHANCE):
            return None
        return Match(student, best, tuple(shared[best]))

    def _index(self, name):
        if name not in self._whose:
            self._whose[name] = index = defaultdict(list)
            for student in self.students:
                index[_key(self.key.variant(name, student).answer)].append(student)
        return self._whose[name]


def _value(entry):
    try:
        return read_all(entry.get("emitted") or {}).get("value")
    except BadAnswer:
        return None


def _key(value):
    """The value in one spelling: lists as tuples, whole floats as integers, words in lower case."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return tuple(_key(entry) for entry in value)
    if isinstance(value, dict):
        return None  # what could not be read as an answer
    if isinstance(value, str):
        text = value.strip().lower()
        try:
            value = float(text)
        except ValueError:
            return text
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value == int(value) else float(f"{value:.6g}")
    return value
