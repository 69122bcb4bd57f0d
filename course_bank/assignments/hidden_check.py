"""Stock nbgrader's hidden test of a question of the bank.

The course's own grading asks in another process and never runs this. Without it, nbgrader takes
the number that a test cell ends with as its score.
"""

from pathlib import Path

from course_bank.assignments import key
from course_bank.core.value_answer import judged
from course_bank.topics.from_scratch.timing import rounds_here


def hidden_check(sheet, question, namespace):
    """Points earned for a question by what ``namespace`` holds; prints what was misunderstood.

    Works where the course folder is above: the key is read there. The hidden inputs of functions
    and models follow from the student's id alone.

    Raises:
        FileNotFoundError: there is no key of the assignment above.
    """
    known = _key(sheet.assignment)
    variant = known.graded_variant(question, sheet.student, "no secret")
    emitted = {}
    exec(variant.question.probe(variant), {**namespace, "emit": emitted.update})
    if variant.question.timed:
        emitted["rounds"] = rounds_here(variant, namespace)
    verdict = judged(variant, emitted)
    print(verdict.message)
    return verdict.credit * known.questions[question]


def _key(assignment):
    for folder in (Path.cwd(), *Path.cwd().parents):
        if found := key.read(folder, assignment):
            return found
    raise FileNotFoundError(f"no {key.path_of('.', assignment)} here or above")
