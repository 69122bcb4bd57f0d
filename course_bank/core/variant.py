"""One drawing of a question: its numbers, and what is computed from them."""

import math
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import SimpleNamespace

from course_bank.core import forms
from course_bank.core.plain_values import to_json
from course_bank.core.rng import Rng
from course_bank.core.value_answer import PARTLY

# the one slip whose fraction becomes right when it is rounded down
FORGOTTEN_FLOOR = "forgot the floor"
_SEEDS = 8  # whose inputs are compared


@dataclass(frozen=True)
class Wrong:
    """What one misconception gives in one variant."""

    name: str
    answer: object
    message: str
    credit: float


@dataclass(frozen=True)
class Variant:
    """One drawing of a question. Everything is computed from ``numbers`` when asked for.

    ``partly`` is the most that an answer earns which is not right: see `value_answer.judged`.
    """

    question: object
    numbers: dict
    seed: object = None
    hidden: int | None = field(default=None, repr=False)
    partly: float | None = PARTLY

    @property
    def inputs_seed(self):
        """The seed of hidden inputs: the secret one, or the public one where there is none."""
        return self.seed if self.hidden is None else self.hidden

    @cached_property
    def draws_inputs(self):
        """Whether the probe brings inputs that follow from the seed: other ones for another."""
        # of the same seeds for everybody, so that what is drawn from them can be kept; of several,
        # as where there are few inputs to draw another seed may bring the same ones
        own, probe = self.question.probe(self), self.question.probe
        return any(probe(replace(self, hidden=seed)) != own for seed in range(_SEEDS))

    @property
    def n(self):
        """The numbers as attributes, as the functions of a question read them."""
        return SimpleNamespace(**self.numbers)

    @cached_property
    def _order(self):
        """Choice questions: letter -> key, shuffled by the seed."""
        keys = Rng(f"{self.question.id}/order/{self.seed}").shuffled(self._options)
        return dict(zip("abcdefgh", keys, strict=False))

    @cached_property
    def _options(self):
        return self.question.choices(self.n)

    @property
    def choices(self):
        """{letter: text} of a choice question, else None."""
        if self.question.choices is None:
            return None
        return {letter: self._options[key] for letter, key in self._order.items()}

    def _value(self, compute):
        if self.question.hidden:
            return None
        value = compute(self.n)
        value = getattr(value, "value", value)  # a shapes.Result holds its number there
        if value is None:
            return None
        if self.question.choices is not None:
            return next(letter for letter, key in self._order.items() if key == value)
        return to_json(value)

    @cached_property
    def answer(self):
        """The right value, as plain JSON."""
        return self._value(self.question.answer)

    @cached_property
    def misconceptions(self):
        """`Wrong` values, in the order of the declaration, without ideas that are right here."""
        return tuple(
            Wrong(wrong.name, value, wrong.message, wrong.credit)
            for wrong, value in zip(self.question.misconceptions, self.wrong_values, strict=True)
            if value is not None
        )

    @cached_property
    def wrong_values(self):
        """What each declared wrong idea leads to; None where it is the right one."""
        return tuple(self._value(wrong.compute) for wrong in self.question.misconceptions)

    @cached_property
    def prompt(self):
        """The prompt in markdown, without the options of a choice question."""
        prompt = self.question.prompt
        text = prompt.format(**self.numbers) if isinstance(prompt, str) else prompt(self.n)
        return text.strip()

    @cached_property
    def steps(self):
        """The worked solution, line by line."""
        if self.question.hidden:
            return []
        if self.question.steps is not None:
            return list(self.question.steps(self.n))
        return list(getattr(self.question.answer(self.n), "steps", ()))

    def _mended_by_rounding(self, wrong):
        """Whether a wrong fraction, rounded down, is the answer though more was misunderstood."""
        if self.question.form != "integer" or wrong.name == FORGOTTEN_FLOOR:
            return False
        return math.floor(wrong.answer) == self.answer

    def is_distinct(self):
        """Whether answer and wrong values differ from one another, and rounding mends none."""
        form, tolerance = forms.FORMS.get(self.question.form), self.question.tolerance
        if form is None:
            return True
        values = [self.answer, *(wrong.answer for wrong in self.misconceptions)]
        read = [form.read(value) for value in values]
        if any(map(self._mended_by_rounding, self.misconceptions)):
            return False
        return not any(
            form.equal(a, b, 2 * tolerance)
            for i, a in enumerate(read)
            for j, b in enumerate(read)
            if i != j
        )
