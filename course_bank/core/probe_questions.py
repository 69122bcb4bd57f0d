"""Questions on things that cannot be compared number by number: a model, a prediction, a speed.

A `ProbeQuestion` says itself what is emitted from the student's kernel and how it is judged.
"""

from collections.abc import Callable
from dataclasses import dataclass

from course_bank.core.plain_values import PLAIN_SOURCE
from course_bank.core.question import Question
from course_bank.core.value_answer import Verdict

NOTHING = Verdict(
    0.0, "empty", "Nothing to grade yet: a name that the task asks for is missing or holds nothing."
)


@dataclass(frozen=True)
class ProbeQuestion(Question):
    """A question that brings its own probe and its own judgement.

    ``source(variant)`` is the Python source of the probe, ``judge(variant, values)`` the `Verdict`
    on what it emitted. ``values`` are plain, but otherwise anything: judge must take it all.
    ``prepare()`` imports and looks up what judging needs for every submission alike. The grader
    calls it once: what the child that judges one submission looks up ends with that child.
    """

    source: Callable = None
    judge: Callable = None
    prepare: Callable = None

    hidden = True

    def probe(self, variant):
        """Python source to run in the student's kernel."""
        return PLAIN_SOURCE + self.source(variant)

    def grade(self, variant, values):
        """Verdict on the emitted values; whatever cannot be judged earns nothing."""
        if not isinstance(values, dict) or not values:
            return NOTHING
        try:
            return self.judge(variant, values)
        except (KeyError, TypeError, ValueError, IndexError, OverflowError, AttributeError):
            return Verdict(0.0, "form", "What was found could not be read as an answer.")


def properties(checks):
    """Verdict on named properties: {what is right: bool}; each earns its equal share."""
    missing = [name for name, right in checks.items() if not right]
    earned = 1 - len(missing) / len(checks)
    if not missing:
        return Verdict(1.0, None, "Right.")
    done = [name for name, right in checks.items() if right]
    text = f"Right: {', '.join(done)}. " if done else ""
    return Verdict(earned, None, f"{text}Not yet: {', '.join(missing)}.")
