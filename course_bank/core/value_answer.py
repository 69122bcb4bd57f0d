"""How an answer that is a value is asked for in the student's kernel, and judged outside it."""

from dataclasses import dataclass, replace

from course_bank.core import forms
from course_bank.core.nearly_right import few_wrong
from course_bank.core.plain_values import PLAIN_SOURCE
from course_lib.exercise import wording
from course_lib.exercise.forms import (
    FormProblem,
    check_form,
    is_blank,
    no_option,
    with_expected,
)

# What a mistake with a name earns: a third where it is close to the idea, a sixth where it is not.
CLOSE, FAR = 1 / 3, 1 / 6
# What an answer earns at most that is not right, whatever of it holds. So such answers together
# never earn more than a third of an assignment.
PARTLY = CLOSE


@dataclass(frozen=True)
class Verdict:
    """Credit from 0 to 1, the name of the misconception if one was recognised, and a sentence.

    ``failing`` is the smallest input on which a function went wrong, as text.
    """

    credit: float
    misconception: str | None
    message: str
    failing: str = ""


def judged(variant, values):
    """The verdict on what a probe emitted, by the rule on what is not right.

    A function or a model earns the share of what holds of it, ``variant.partly`` at most; a mistake
    with a name earns what is declared for it. Keys released before there was this rule have no
    ``partly``: with them what holds counts in full.
    """
    verdict = variant.question.grade(variant, values)
    if variant.partly is None or verdict.credit == 1:
        return verdict
    declared = {wrong.name: wrong.credit for wrong in variant.question.misconceptions}
    most = declared.get(verdict.misconception, variant.partly)
    return replace(verdict, credit=min(verdict.credit, most))


def look_again(where):
    """The sentence on where in the book to look, behind another one."""
    return f" Look again at {where}{wording.stop(where)}" if where else ""


class ValueAnswer:
    """What has a ``variable``, a ``form``, ``expects``, a ``tolerance`` and a place ``where``.

    A `Question` is one, and so is a question of a released assignment, read from its key.
    """

    def check_form(self, value):
        """None when ``value`` can be read as an answer, else a sentence on its form."""
        return check_form(self.form, value, self.expects)

    def grade(self, variant, values):
        """Verdict on ``values``, a dict as the probe emitted it: ``{"value": ...}``."""
        if not isinstance(values, dict) or "value" not in values:
            text = f"`{self.variable}` was never set. Keep the name that the task gives."
            return Verdict(0.0, "empty", text)
        value = values["value"]
        if is_blank(value):
            return Verdict(0.0, "empty", "No answer was given.")
        form = forms.FORMS[self.form]
        try:
            value = form.read(value)
        except FormProblem as problem:
            return Verdict(0.0, "form", with_expected(self.form, problem, self.expects))
        if problem := no_option(variant.choices, value):
            return Verdict(0.0, "form", problem)
        if form.equal(value, variant.answer, self.tolerance):
            return Verdict(1.0, None, "Right.")
        for wrong in variant.misconceptions:
            if form.equal(value, wrong.answer, self.tolerance):
                return Verdict(wrong.credit, wrong.name, wrong.message)
        if self.form == "array" and (few := few_wrong(value, variant.answer, self.tolerance)):
            return Verdict(CLOSE, None, few)
        hint = form.hint(value, variant.answer, self.expects) or form.problem(value, self.expects)
        hint = hint or "Not right."
        return Verdict(0.0, None, f"{hint}{look_again(self.where)}")

    def probe(self, variant):
        """Python source, run in the student's kernel, that emits the value of the variable."""
        name = self.variable
        return f"{PLAIN_SOURCE}\nif {name!r} in globals():\n    emit(value=_plain({name}))\n"
