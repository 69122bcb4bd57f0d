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

from course_lib import questions
from course_lib.grading.inside.answers import BadAnswer, read_all

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


def find(assignment, records, students):
    """[Match] among ``records`` ({student: record}), with the numbers of all ``students``."""
    if assignment not in questions.assignments:
        return []
    names = [
        name
        for name in questions.assignments[assignment].questions
        if not questions.bank[name].hidden
    ]
    everyone = sorted({*students, *records})
    index = _index(assignment, names, everyone)
    found = []
    for student, record in sorted(records.items()):
        shared, surprise = defaultdict(list), defaultdict(float)
        for entry in record.get("questions", []):
            if entry["id"] not in names or entry.get("credit", 0) >= 1:
                continue
            others = index.get((entry["id"], _key(_value(entry))), ())
            for other in others:
                if other != student:
                    shared[other].append(entry["id"])
                    surprise[other] -= math.log(len(others) / len(everyone))
        best = max(surprise, key=surprise.get, default=None)
        if best is not None and surprise[best] > math.log(len(everyone) / CHANCE):
            found.append(Match(student, best, tuple(shared[best])))
    return found


def _index(assignment, names, students):
    """{(question, answer): students for whose numbers it is right}."""
    index = defaultdict(list)
    for name in names:
        for student in students:
            variant = questions.student_variant(name, student, assignment)
            index[name, _key(variant.answer)].append(student)
    return index


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
