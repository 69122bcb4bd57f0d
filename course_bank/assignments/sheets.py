"""Whose numbers are whose: seeds, and the sheet a student works on.

The numbers of a student follow from the student's id and are public: anybody can draw them again.
The hidden inputs on which functions and models are run follow from the course's secret.
"""

import hashlib
import hmac
import unicodedata
from dataclasses import replace
from string import Formatter

from course_bank.assignments.problem_sets import problem_sets
from course_bank.catalogue import bank
from course_bank.core.forms import FORMS


def _joined(*parts):
    # lengths keep ("ab", "c") and ("a", "bc") apart; an ä is one letter on every keyboard
    parts = [unicodedata.normalize("NFC", str(part)) for part in parts]
    return "".join(f"{len(part)}:{part}" for part in parts).encode()


def student_seed(student, assignment, question):
    """The public seed of a student's numbers: the first 8 bytes of a SHA-256, as an int."""
    digest = hashlib.sha256(_joined(student, assignment, question)).digest()
    return int.from_bytes(digest[:8], "big")


def hidden_seed(secret, student, assignment, question):
    """The seed of hidden inputs, an int; nobody computes it without ``secret`` (str or bytes)."""
    key = secret if isinstance(secret, bytes) else str(secret).encode()
    digest = hmac.new(key, _joined(student, assignment, question), "sha256").digest()
    return int.from_bytes(digest[:8], "big")


def student_variant(question, student, assignment):
    """What a student sees of a question: the `Variant` of the public seed."""
    drawn = bank[question].numbers_of or question
    return bank[question].variant(student_seed(student, assignment, drawn))


def graded_variant(question, student, assignment, secret):
    """`student_variant`, with the seed of hidden inputs where the question has such inputs."""
    variant = student_variant(question, student, assignment)
    if bank[question].hidden:
        return replace(variant, hidden=hidden_seed(secret, student, assignment, question))
    return variant


def sheet(assignment, student):
    """A student's sheet as JSON: prompts and numbers of every question, no answers."""
    listed = problem_sets[assignment]
    return {
        "assignment": assignment,
        "title": listed.title,
        "student": student,
        "questions": [
            _entry(question, points, student, assignment)
            for question, points in listed.questions.items()
        ],
    }


def _entry(name, points, student, assignment):
    question, variant = bank[name], student_variant(name, student, assignment)
    expects = question.expects or (FORMS[question.form].expects if question.form in FORMS else "")
    return {
        "id": name,
        "form": question.form,
        "variable": question.variable,
        "points": points,
        "expects": expects,
        "where": question.where,
        "prompt": _with_choices(variant),
        "numbers": variant.numbers,
        "shown": _in_prompt(variant),
    }


def _in_prompt(variant):
    """Names of the numbers that the prompt tells."""
    prompt, names = variant.question.prompt, list(variant.numbers)
    if variant.question.form == "function":  # the student's example; "outputs" is what comes of it
        return [name for name in names if name != "outputs"]
    if not isinstance(prompt, str):
        return names
    told = {name for _, name, _, _ in Formatter().parse(prompt)}
    return [name for name in names if name in told]


def _with_choices(variant):
    if not variant.choices:
        return variant.prompt
    options = "\n".join(f"- **{letter}**: {text}" for letter, text in variant.choices.items())
    return f"{variant.prompt}\n\n{options}"


def hidden_check(exercise, question, namespace):
    """Points earned for a question by what ``namespace`` holds: stock nbgrader's hidden test.

    The course's own grading asks in another process and never runs this. Without it, nbgrader
    takes the number a test cell ends with as its score. The hidden inputs then follow from the
    student's id alone.
    """
    variant = graded_variant(question, exercise.student, exercise.assignment, "no secret")
    emitted = {}
    exec(bank[question].probe(variant), {**namespace, "emit": emitted.update})
    verdict = bank[question].grade(variant, emitted)
    print(verdict.message)
    return verdict.credit * problem_sets[exercise.assignment].questions[question]
