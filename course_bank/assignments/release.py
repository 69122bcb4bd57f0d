"""A release is data: the variants of an assignment's questions, drawn once, and the key to them.

`draw` makes the *key*, which stays with the instructor: for each question its variants with their
answers, wrong ideas and worked steps. `sheets` is what of it goes to students: numbers, prompt,
form, points, where to read. A newer bank changes neither.
"""

import hashlib
import json
import math

from course_bank.assignments.seeds import pool_seed, student_seed
from course_bank.core.forms import FORMS
from course_bank.core.value_answer import PARTLY
from course_bank.core.variant import Variant
from course_lib.exercise.sheets import FORMAT

FEWEST, MOST = 24, 2500  # variants of one question
LARGEST = 290_000  # bytes of a file of sheets
CLASS = 1000  # students, of whom no two shall share a whole sheet,
CHANCE = 1e-6  # but for this chance
# of an entry of the key, and of one of its variants, what students get
_SHOWN = ("id", "form", "variable", "points", "expects", "where", "page", "shown", "prompt")
_SHOWN_OF_VARIANT = ("numbers", "prompt", "choices")
# what mistakes that are told by no name earn together, and that ids which differ in case are one
_RULES = {"partly": PARTLY, "any_case": True}


class UnfitNumbers(ValueError):
    """A question cannot use numbers that were released; the text says which one."""


def draw(assignment, points, catalogue, secret, earlier=None):
    """The key of an assignment, as JSON.

    Args:
        assignment: its id.
        points: {question id: points}, in the order of the notebook; the rest is no question of
            the catalogue and graded by its own cell.
        catalogue: a `course_bank.catalogue.Catalogue`.
        secret: of this course and term; the same one draws the same variants.
        earlier: the key of the last time, whose questions stay as they are.

    Raises:
        ValueError: a question has too few drawings, or none, or one of its numbers is its answer.
    """
    kept = {entry["id"]: entry for entry in (earlier or {}).get("questions", [])}
    asked = [name for name in points if name in catalogue.questions]
    new = [name for name in asked if name not in kept]
    if earlier and new:
        drawn = _taken(_pools(assignment, new, catalogue, secret), _count_of(earlier))
    else:
        drawn = _enough(assignment, new, catalogue, secret) if new else {}
    listed = catalogue.assignments.get(assignment)
    entries = []
    for name in asked:
        entry = kept.get(name) or _secretive(_entry(catalogue.questions[name], drawn[name]))
        entries.append({**entry, "points": points[name]})
    # a class keeps the rules it was told
    rules = {n: earlier[n] for n in _RULES if n in earlier} if earlier else _RULES
    return {
        **_head(assignment, listed),
        **rules,
        "release": (earlier or {}).get("release") or _release(assignment, secret),
        "questions": entries,
    }


def sheets(key, book=""):
    """What students get of a key: the content of the file of sheets.

    With ``book``, the book's address, notebooks link to the sections that explain a task.
    """
    return {
        **({"book": book.rstrip("/")} if book else {}),
        **({"any_case": True} if key.get("any_case") else {}),
        **{name: key[name] for name in ("format", "assignment", "title", "release")},
        "questions": [_shown(entry) for entry in key["questions"]],
    }


def as_text(content):
    """A key or a file of sheets as text, one variant on a line."""
    head = {name: value for name, value in content.items() if name != "questions"}
    entries = []
    for entry in content["questions"]:
        rest = {name: value for name, value in entry.items() if name != "variants"}
        lines = ",\n".join(map(_line, entry["variants"]))
        entries.append(f'{_line(rest)[:-1]},\n"variants":[\n{lines}]}}')
    return f'{_line(head)[:-1]},\n"questions":[\n' + ",\n".join(entries) + "\n]}\n"


def _line(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def mended(key, catalogue, names=None):
    """The key with prompts, answers and wrong ideas as the catalogue has them now.

    The numbers stay. ``names`` are the questions to mend; all of them unless given.

    Raises:
        UnfitNumbers: the question as it is now cannot use numbers that were released.
    """
    entries = []
    for entry in key["questions"]:
        name = entry["id"]
        if (names is None or name in names) and name in catalogue.questions:
            made = _entry(catalogue.questions[name], _same_numbers(entry, catalogue))
            entry = {**made, "points": entry["points"]}
        entries.append(entry)
    return {**key, "questions": entries}


def _same_numbers(entry, catalogue):
    question = catalogue.questions[entry["id"]]
    variants = [Variant(question, old["numbers"], old["seed"]) for old in entry["variants"]]
    for variant in variants:
        try:
            fits = variant.is_distinct() and bool(variant.prompt)
        except Exception as error:  # whatever a declaration does with numbers that it does not know
            raise UnfitNumbers(
                f"{question.id} cannot use the numbers that were released: {variant.numbers} "
                f"({type(error).__name__}: {error}). Mend its wording or its answer, not what is "
                "drawn."
            ) from None
        if not fits:
            raise UnfitNumbers(
                f"{question.id}: with the released numbers {variant.numbers} a wrong idea would "
                "give the right answer. Mend its wording or its answer, not what is drawn."
            )
    return variants


def shared_chance(key, students=CLASS):
    """The chance that two students of a class share all of their variants: pairs / whole sheets."""
    pools = {e.get("numbers_of", e["id"]): len(e["variants"]) for e in key["questions"]}
    return min(1.0, math.comb(students, 2) / math.prod(pools.values()))


def carried_over(assignment, catalogue, students, asked=None, earlier=None):
    """The key of an assignment that was generated before releases had keys.

    Its notebooks drew the numbers of a student from the bank, by the id alone; here they are drawn
    again, one variant for each student, and kept. ``asked`` are {question: points} of those
    notebooks; unless given, what the assignment has today. ``earlier`` is the key of the last time,
    whose students keep theirs.
    """
    listed = catalogue.assignments[assignment]
    key = earlier or {
        **_head(assignment, listed),
        "release": "",
        "students": {},
        "questions": [],
    }
    places = dict(key["students"])
    new = [student for student in sorted(students) if student not in places]
    places.update({student: len(places) + i for i, student in enumerate(new)})
    kept = {entry["id"]: entry for entry in key["questions"]}
    entries = []
    for name, points in (asked or listed.questions).items():
        question = catalogue.questions[name]
        drawn = question.numbers_of or name
        variants = [question.variant(student_seed(s, assignment, drawn)) for s in new]
        entry = kept.get(name) or {**_entry(question, variants), "points": points, "variants": []}
        made = [_variant(variant, entry.get("prompt")) for variant in variants]
        entries.append({**entry, "variants": [*entry["variants"], *made]})
    return {**key, "students": places, "questions": entries}


# ---------------------------------------------------------------------------- drawing


def _enough(assignment, names, catalogue, secret):
    """{question: its variants}: so many that whole sheets differ, and that the file stays small."""
    pools, count = _pools(assignment, names, catalogue, secret), FEWEST
    while True:
        drawn = _taken(pools, count)
        entries = [{**_entry(catalogue.questions[n], drawn[n]), "points": 1} for n in names]
        larger = math.ceil(1.15 * count)
        size = len(as_text({"questions": list(map(_shown, entries))}).encode())
        enough = shared_chance({"questions": entries}) < CHANCE
        if enough or larger > MOST or size * larger / count > LARGEST:
            return drawn
        count = larger


def _pools(assignment, names, catalogue, secret):
    """[(names of questions that share their numbers, `_Pool`)]."""
    groups = {}
    for name in names:
        groups.setdefault(catalogue.questions[name].numbers_of or name, []).append(name)
    return [
        (
            members,
            _Pool(
                [catalogue.questions[name] for name in members],
                lambda place, of=drawn: pool_seed(secret, assignment, of, place),
            ),
        )
        for drawn, members in groups.items()
    ]


def _taken(pools, count):
    """{question: its first ``count`` variants, or as many as there are}."""
    found = {}
    for members, pool in pools:
        taken = pool.first(count)
        for name, variants in zip(members, zip(*taken, strict=True), strict=True):
            found[name] = list(variants)
    return found


class _Pool:
    """Tuples of variants of questions that share their numbers, each with other numbers.

    Each question keeps its answer and wrong ideas apart.
    """

    def __init__(self, questions, seed):
        self.questions, self.seed = questions, seed
        self.found, self.place, self.in_vain = {}, 0, 0

    def first(self, count):
        """The first ``count``; fewer where there seem to be no more."""
        while len(self.found) < count and self.in_vain < 300:
            first = self.questions[0].variant(self.seed(self.place))
            self.place += 1
            told = json.dumps(first.numbers, sort_keys=True)
            rest = [Variant(other, first.numbers, first.seed) for other in self.questions[1:]]
            is_new = told not in self.found and all(v.is_distinct() for v in rest)
            self.in_vain = 0 if is_new else self.in_vain + 1
            if is_new:
                self.found[told] = (first, *rest)
        if not self.found:
            raise ValueError(f"{self.questions[0].id}: no drawing suits all who share it.")
        return list(self.found.values())[:count]


def _head(assignment, listed):
    return {
        "format": FORMAT,
        "assignment": assignment,
        "title": listed.title if listed else assignment,
        "own_code": bool(listed and listed.own_code),
    }


def _count_of(key):
    return max(len(entry["variants"]) for entry in key["questions"])


def _release(assignment, secret):
    """A text that tells this release from others; it makes ids pick other variants."""
    seed = pool_seed(secret, assignment, "release", 0)
    return hashlib.sha256(str(seed).encode()).hexdigest()[:12]


# ---------------------------------------------------------------------------- entries


def _entry(question, variants):
    """A question of the key, without its points."""
    expects = question.expects or (FORMS[question.form].expects if question.form in FORMS else "")
    template = question.prompt.strip() if isinstance(question.prompt, str) else None
    entry = {
        "id": question.id,
        "form": question.form,
        "variable": question.variable,
        "expects": expects,
        "own_words": question.expects,
        "where": question.where,
        "page": question.page,
        "teaches": question.teaches,
        "tolerance": question.tolerance,
        "hidden": question.hidden,
        "shown": question.shown(variants[0].numbers),
        "misconceptions": [
            {"name": wrong.name, "message": wrong.message, "credit": wrong.credit}
            for wrong in ([] if question.hidden else question.misconceptions)
        ],
        "variants": [_variant(variant, template) for variant in variants],
    }
    if template is not None:
        entry["prompt"] = template
    if question.numbers_of:
        entry["numbers_of"] = question.numbers_of
    return entry


def _secretive(entry):
    """The entry; ValueError where one of the numbers, which students get, is always the answer."""
    variants = entry["variants"]
    for number in () if entry["hidden"] else variants[0]["numbers"]:
        if all(variant["numbers"].get(number) == variant["answer"] for variant in variants):
            raise ValueError(
                f"{entry['id']}: its number {number!r} is the answer, and students get every "
                "number that is drawn. Draw what the prompt tells, and compute the rest from it."
            )
    return entry


def _variant(variant, template):
    made = {"numbers": variant.numbers, "seed": variant.seed}
    if template is None:
        made["prompt"] = variant.prompt
    if variant.choices:
        made["choices"] = variant.choices
    if not variant.question.hidden:
        made["answer"] = variant.answer
        made["wrong"] = list(variant.wrong_values)
        made["steps"] = list(map(str, variant.steps))
    return made


def _shown(entry):
    """What students get of a question."""
    shown = {name: entry[name] for name in (*_SHOWN, "numbers_of") if name in entry}
    variants = [
        {name: variant[name] for name in _SHOWN_OF_VARIANT if name in variant}
        for variant in entry["variants"]
    ]
    return {**shown, "variants": variants}
