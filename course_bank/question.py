"""What a question is.

A question declares how its numbers are drawn, how the prompt reads, how the answer is computed
from the numbers, and which wrong ideas lead to which other values. A variant is one drawing of it:
one student's numbers. Grading compares a value with the answer, then with each wrong idea, and
says in a sentence what was misunderstood.
"""

import builtins
import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from types import SimpleNamespace

import numpy as np

from course_bank import forms, sections, wording
from course_bank.cells import few_wrong
from course_bank.rendering import marked, minus, to_html
from course_bank.rng import Rng
from course_bank.sections import TOPICS

# the one slip whose fraction becomes right when it is rounded down
FORGOTTEN_FLOOR = "forgot the floor"


@dataclass(frozen=True)
class Verdict:
    """Credit from 0 to 1, the name of the misconception if one was recognised, and a sentence."""

    credit: float
    misconception: str | None
    message: str


@dataclass(frozen=True)
class Misconception:
    """A wrong idea: ``compute(n)`` is the value it leads to, with the numbers ``n``.

    ``message`` helps without giving the answer; ``credit`` (0 to below 1) is what the value earns.
    """

    name: str
    compute: Callable
    message: str
    credit: float = 0.0


def slip(name, compute, message, credit=0.0):
    """A `Misconception`, as questions declare it, its message with the sign of `minus`."""
    return Misconception(name, compute, minus(message), credit)


def ranges(where=None, **drawn):
    """A ``draw``: a tuple (low, high) is a whole number of that range, a list one of its entries.

    Draws again until ``where(n)`` holds.

    >>> draw = ranges(size=(20, 90), kernel=[3, 5, 7], where=lambda n: n.size % n.kernel)
    """

    def draw(rng):
        while True:
            numbers = {
                name: rng.integer(*options) if isinstance(options, tuple) else rng.choice(options)
                for name, options in drawn.items()
            }
            if where is None or where(SimpleNamespace(**numbers)):
                return numbers

    return draw


@dataclass(frozen=True)
class Question:
    """One declaration of the bank.

    Args:
        id: lower-case words joined by hyphens; also the ``grade_id`` in the notebooks.
        topic: one of `TOPICS`.
        teaches: what a student who can answer it has understood, in one sentence.
        draw: ``draw(rng)`` returns the numbers: a dict of JSON values. `ranges` makes one.
        prompt: markdown, either a template ("{size} pixels") or a function of ``n``, the numbers
            as attributes: ``n.size``.
        form: integer, number, shape, array, choice or text.
        answer: a function of ``n``; a `shapes.Result` brings its steps along.
        misconceptions: made by `slip`.
        steps: a function of ``n`` that lists the worked solution, line by line.
        solution: the answer as a Python expression in ``n`` (the numbers), ``shapes``, ``ops`` and
            ``np``: what the instructor's copy of an assignment holds.
        choices: for the form choice, a function of ``n``: {key: text}; ``answer`` and the
            misconceptions then return keys.
        tolerance: how far a number may be off (relative above 1).
        expects: how the answer is to be written, if the form alone does not say it.
        stub: the answer cell as students get it, with a line ``### SOLUTION`` where they write;
            without it the cell assigns None to the variable.
        numbers_of: id of a question whose drawing this one shares.
        checked: what the visible check is handed; the variable, unless another name is given.
    """

    id: str
    topic: str
    teaches: str
    draw: Callable
    prompt: str | Callable
    answer: Callable
    misconceptions: tuple = ()
    form: str = "integer"
    steps: Callable | None = None
    solution: str | None = None
    choices: Callable | None = None
    tolerance: float = 1e-3
    expects: str | None = None
    stub: str | None = None
    numbers_of: str | None = None
    checked: str | None = None

    # function and model questions draw what they run from a secret seed; see `hidden_seed`
    hidden = False

    def __post_init__(self):
        if self.topic not in TOPICS:
            raise ValueError(f"question {self.id}: topic must be one of {list(TOPICS)}.")
        if self.form not in forms.FORMS and type(self) is Question:
            raise ValueError(f"question {self.id}: form must be one of {list(forms.FORMS)}.")

    @property
    def variable(self):
        """The name the student assigns the answer to."""
        return self.id.replace("-", "_")

    @property
    def subject(self):
        """The expression whose form the notebook's visible check looks at."""
        return self.checked or self.variable

    @property
    def where(self):
        """Where in the book to look."""
        number, title = TOPICS[self.topic]
        chapter, heading = sections.place(self.id, number)
        return f"Chapter {chapter}, {heading or title}"

    @property
    def page(self):
        """Address of `where`, below the address of the book."""
        return sections.page(self.id, TOPICS[self.topic][0])

    def variant(self, seed, hidden=None):
        """The numbers that ``seed`` draws, with the answer and what each wrong idea leads to.

        Draws again until the answer and all wrong values differ from one another. ``hidden`` is
        the seed of hidden inputs; value questions have none.
        """
        rng = Rng(f"{self.numbers_of or self.id}/{seed}")
        for _ in range(1000):
            variant = Variant(self, self.draw(rng), seed, hidden)
            if variant.is_distinct():
                return variant
        raise RuntimeError(f"question {self.id}: no drawing keeps answer and misconceptions apart.")

    def check_form(self, value):
        """None when ``value`` can be read as an answer, else a sentence on its form."""
        return forms.check_form(self.form, value, self.expects)

    def grade(self, variant, values):
        """Verdict on ``values``, a dict as the probe emitted it: ``{"value": ...}``."""
        if not isinstance(values, dict) or "value" not in values:
            text = f"`{self.variable}` was never set. Keep the name that the task gives."
            return Verdict(0.0, "empty", text)
        value = values["value"]
        if forms.is_blank(value):
            return Verdict(0.0, "empty", "No answer was given.")
        form = forms.FORMS[self.form]
        try:
            value = form.read(value)
        except forms.FormProblem as problem:
            return Verdict(0.0, "form", forms.with_expected(self.form, problem, self.expects))
        if form.equal(value, variant.answer, self.tolerance):
            return Verdict(1.0, None, "Right.")
        for wrong in variant.misconceptions:
            if form.equal(value, wrong.answer, self.tolerance):
                return Verdict(wrong.credit, wrong.name, wrong.message)
        if self.form == "array" and (few := few_wrong(value, variant.answer, self.tolerance)):
            return Verdict(0.5, None, few)
        hint = form.hint(value, variant.answer, self.expects) or form.problem(value, self.expects)
        hint = hint or "Not right."
        return Verdict(0.0, None, f"{hint} Look again at {self.where}.")

    def probe(self, variant):
        """Python source, run in the student's kernel, that emits the value of the variable."""
        name = self.variable
        return f"{PLAIN_SOURCE}\nif {name!r} in globals():\n    emit(value=_plain({name}))\n"


@dataclass(frozen=True)
class Wrong:
    """What one misconception gives in one variant."""

    name: str
    answer: object
    message: str
    credit: float


@dataclass(frozen=True)
class Variant:
    """One drawing of a question. Everything is computed from ``numbers`` when asked for."""

    question: Question
    numbers: dict
    seed: object = None
    hidden: int | None = field(default=None, repr=False)

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
        if self.question.choices is not None:
            return next(letter for letter, key in self._order.items() if key == value)
        return to_json(value)

    @cached_property
    def answer(self):
        """The right value, as plain JSON."""
        return self._value(self.question.answer)

    @cached_property
    def misconceptions(self):
        """`Wrong` values, in the order of the declaration."""
        return tuple(
            Wrong(wrong.name, self._value(wrong.compute), wrong.message, wrong.credit)
            for wrong in self.question.misconceptions
        )

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

    def as_dict(self):
        """JSON for the quiz figure: the prompt and the steps as HTML, the values as numbers.

        Raises ValueError for a question answered by a function or a model: a page cannot judge it.
        """
        question = self.question
        if question.hidden:
            raise ValueError(f"as_dict: {question.id} is answered by code, not by a value.")
        return {
            "id": question.id,
            "topic": question.topic,
            "teaches": question.teaches,
            "where": question.where,
            "prompt_html": to_html(self.prompt),
            "form": question.form,
            "expects": (expects := question.expects or forms.FORMS[question.form].expects),
            "asked": wording.shape(expects),
            "length": wording.length(expects),
            "axes": wording.axes(expects),
            "tolerance": question.tolerance,
            "answer": self.answer,
            "choices": self.choices
            and [{"letter": k, "html": to_html(v, inline=True)} for k, v in self.choices.items()],
            "misconceptions": [
                {
                    "name": wrong.name,
                    "answer": wrong.answer,
                    "message": wrong.message.replace("`", ""),
                }
                for wrong in self.misconceptions
            ],
            "steps": [marked(minus(step)) for step in self.steps],
        }


def to_json(value):
    """Arrays and NumPy numbers as lists and Python numbers, tuples as lists."""
    if isinstance(value, np.ndarray):
        # what float32 cannot hold anyway is no part of an answer
        return (np.round(value.astype(np.float64), 6) + 0.0).tolist()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, list | tuple):
        return [to_json(entry) for entry in value]
    return value


def plain(value, depth=0):
    """``value`` as None, bool, int, float, str, list or array, whatever library it comes from.

    Anything else becomes {"type": the name of its type}.
    """
    import decimal
    import math
    import numbers

    import numpy as np

    if hasattr(value, "steps") and hasattr(value, "value"):
        value = value.value
    if value is None or value is ...:
        return None
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, str):
        return str(value)[:20000]
    if isinstance(value, numbers.Integral):
        return int(value) if -(10**40) < value < 10**40 else {"type": "int, too long to be meant"}
    if isinstance(value, numbers.Real | decimal.Decimal):
        value = float(value)
        return value if math.isfinite(value) else str(value)
    if isinstance(value, list | tuple | range) and depth < 6:
        return [plain(entry, depth + 1) for entry in list(value)[:20000]]
    if hasattr(value, "__array__"):
        array = np.asarray(value)
        return array if array.dtype.kind in "biuf" else str(array)[:200]
    return {"type": type(value).__name__}


# a probe runs beside the student's names: one that is called list or sum must not spoil it
_NAMES = " ".join(name for name in dir(builtins) if name.isidentifier() and name[0] != "_")
_BUILTINS = f"""
import builtins
builtins.globals().update(
    {{name: builtins.getattr(builtins, name) for name in {_NAMES!r}.split()}}
)
"""
PLAIN_SOURCE = _BUILTINS + inspect.getsource(plain).replace("plain(", "_plain(")
