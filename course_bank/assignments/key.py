"""The key of a released assignment, read: what each student was asked, and what is right.

Grading, feedback and reports ask a `Key`. Questions whose answer is a value are judged by what the
key holds, whatever the bank has become. Functions and models are judged by the bank's code, on the
released numbers and hidden inputs.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace

from course_bank.assignments.seeds import hidden_seed
from course_bank.catalogue import of_course
from course_bank.core.value_answer import ValueAnswer
from course_bank.core.variant import Variant, Wrong
from course_lib.exercise import sheets
from course_lib.exercise.sheets import FORMAT, chosen

FOLDER = "keys"  # of the course folder; git-ignored


def path_of(root, assignment):
    """Where the key of an assignment lies in the course folder ``root``."""
    return Path(root) / FOLDER / f"{assignment}.json"


def read(root, assignment, catalogue=None):
    """The `Key` of an assignment in the course folder ``root``, None where it has none.

    Raises ValueError where the file is no key.
    """
    path = path_of(root, assignment)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return Key(content, catalogue or of_course(root))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError) as error:
        raise ValueError(f"{path} cannot be read ({error}). Restore it from a backup.") from None


@dataclass(frozen=True)
class KeptQuestion(ValueAnswer):
    """A question as it was released. The names are those of `Question`."""

    id: str
    form: str
    variable: str
    expects: str | None
    tolerance: float
    where: str
    page: str
    teaches: str

    hidden = False
    timed = 0


@dataclass(frozen=True)
class KeptVariant:
    """A variant as it was released. The names are those of `Variant`."""

    question: KeptQuestion
    numbers: dict
    prompt: str
    choices: dict | None
    answer: object
    misconceptions: tuple
    steps: tuple

    hidden = None  # the seed of hidden inputs: it has none
    partly = None  # what its mistakes earn stands with them


@dataclass(frozen=True)
class HiddenVariant(Variant):
    """A variant of a question that is judged by code, with the prompt as it was released."""

    told: str = ""

    @cached_property
    def prompt(self):
        return self.told


class Key:
    """A key as `release.draw` makes it.

    Args:
        content: the JSON of the file.
        catalogue: whose code judges functions and models.

    Raises:
        ValueError: the content is no key that this version reads.
    """

    def __init__(self, content, catalogue):
        if not isinstance(content, dict) or content.get("format") != FORMAT:
            raise ValueError("it is no key of this version")
        self.content, self.catalogue = content, catalogue
        self.assignment, self.title = content["assignment"], content["title"]
        self.own_code = content["own_code"]
        self._entries = {entry["id"]: entry for entry in content["questions"]}
        self.unprepared = {}  # {question id: what its `prepare` raised}

    @property
    def questions(self):
        """{question id: points}, in the order of the notebook."""
        return {name: entry["points"] for name, entry in self._entries.items()}

    def hidden(self, name):
        """Whether a question is a function or a model."""
        return self._entries[name]["hidden"]

    def variable(self, name):
        """The name that a student assigns the answer to."""
        return self._entries[name]["variable"]

    def prepare(self):
        """Look up what judging needs for every submission alike: see `ProbeQuestion`.

        Fills ``unprepared``, as what raises costs its own question alone.
        """
        self.unprepared = {}
        for name in filter(self.hidden, self._entries):
            prepare = getattr(self.catalogue.questions.get(name), "prepare", None)
            if prepare is None:
                continue
            try:
                prepare()
            except Exception as problem:
                self.unprepared[name] = problem.with_traceback(None)  # which would keep its frames

    def picture(self, name, student):
        """The drawing that a student's task shows, None where it shows none."""
        asked = self.catalogue.questions.get(name)
        if asked is None or asked.picture is None:
            return None
        return asked.picture(SimpleNamespace(**self.variant(name, student).numbers))

    def page(self, name):
        """Address of the section that explains a question, below that of the book."""
        return self._entries[name]["page"]

    @cached_property
    def digest(self):
        """A hash of all that decides grades: another key grades otherwise."""
        text = json.dumps(self.content, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def uses_the_bank(self):
        """Whether grades depend on the bank's code as well."""
        return any(entry["hidden"] for entry in self._entries.values())

    @property
    def any_case(self):
        """Whether ids that differ in case alone have the same numbers; before, each had its own."""
        return bool(self.content.get("any_case"))

    def are_one(self, student, other):
        """Whether two ids are shown the same numbers."""
        if self.any_case:
            student, other = student.casefold(), other.casefold()
        return student == other

    def knows(self, student):
        """Whether the student has variants: all have, but for keys by `release.carried_over`."""
        return student in self.content.get("students", (student,))

    def place(self, name, student):
        """Which of the variants of a question a student has: an index."""
        return chosen(self.content, self._entries[name], student)

    def variant(self, name, student):
        """What a student was asked: a `KeptVariant`, or a `HiddenVariant`."""
        return self.variants(name)[self.place(name, student)]

    def variants(self, name):
        """All variants of a question."""
        if name not in self._variants:
            self._variants[name] = self._read(name)
        return self._variants[name]

    @cached_property
    def _variants(self):
        return {}

    def graded_variant(self, name, student, secret):
        """`variant`, with the seed of hidden inputs where the question has such inputs."""
        variant = self.variant(name, student)
        if not self.hidden(name):
            return variant
        return replace(variant, hidden=hidden_seed(secret, student, self.assignment, name))

    def sheet(self, student):
        """What the student's notebook shows: see `course_lib.exercise`."""
        return sheets.sheet_of(self.content, student)

    def _read(self, name):
        entry = self._entries[name]
        if entry["hidden"]:
            if name not in self.catalogue.questions:
                raise ValueError(
                    f"{name} is judged by code that the question bank no longer has. Grade "
                    f"{self.assignment} with the version of the project that released it."
                )
            question = self.catalogue.questions[name]
            partly = self.content.get("partly")  # keys of before have none
            return [
                HiddenVariant(question, v["numbers"], v["seed"], None, partly, _prompt(entry, v))
                for v in entry["variants"]
            ]
        names = ("id", "form", "variable", "tolerance", "where", "page", "teaches")
        question = KeptQuestion(**{n: entry[n] for n in names}, expects=entry["own_words"])
        return [
            KeptVariant(
                question,
                v["numbers"],
                _prompt(entry, v),
                v.get("choices"),
                v["answer"],
                tuple(
                    Wrong(idea["name"], answer, idea["message"], idea["credit"])
                    for idea, answer in zip(entry["misconceptions"], v["wrong"], strict=True)
                    if answer is not None  # the idea is the right one here
                ),
                tuple(v["steps"]),
            )
            for v in entry["variants"]
        ]


def _prompt(entry, variant):
    return variant.get("prompt") or entry["prompt"].format(**variant["numbers"])
