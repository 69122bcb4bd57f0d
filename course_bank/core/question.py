"""What a question is.

A question declares how its numbers are drawn, how the prompt reads, how the answer is computed
from the numbers, and which wrong ideas lead to which other values. A `Variant` is one drawing of
it: one student's numbers. Grading compares a value with the answer, then with each wrong idea, and
says in a sentence what was misunderstood.
"""

from collections.abc import Callable
from dataclasses import dataclass
from string import Formatter
from types import SimpleNamespace

from course_bank.core import forms, where_to_read
from course_bank.core.rendering import minus
from course_bank.core.rng import Rng
from course_bank.core.value_answer import CLOSE as CLOSE
from course_bank.core.value_answer import FAR as FAR
from course_bank.core.value_answer import ValueAnswer
from course_bank.core.variant import Variant
from course_bank.core.where_to_read import TOPICS


@dataclass(frozen=True)
class Misconception:
    """A wrong idea: ``compute(n)`` is the value it leads to, with the numbers ``n``; None where it
    is the right idea.

    ``message`` helps without giving the answer; ``credit`` is what the value earns: `CLOSE`, `FAR`,
    or nothing.
    """

    name: str
    compute: Callable
    message: str
    credit: float = 0.0


def slip(name, compute, message, credit=0.0):
    """A `Misconception`, as questions declare it, its message with the sign of `minus`."""
    return Misconception(name, compute, minus(message), credit)


def swapped(pair, first):
    """The slip of a pair that is right the other way round: ``pair(n)`` is the answer.

    ``first`` says what comes first, such as "the row".
    """
    message = f"Both values are right, in the other order: {first} comes first."
    return slip("pair swapped", lambda n: pair(n)[::-1], message, CLOSE)


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
class Question(ValueAnswer):
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
        solved_by: what alone gives the answer, without an idea of one's own: a function of the
            library that takes the numbers as they stand ("shapes.output_size"), "numpy" for one
            expression on the arrays, "formula" where the numbers go into a rule of the book. Empty
            where it takes more.
        numbers_of: id of a question whose drawing this one shares.
        checked: what the visible check is handed; the variable, unless another name is given.
        picture: for a task that shows one, a function of ``n``: a drawing of
            `course_lib.figures.static`.
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
    solved_by: str = ""
    numbers_of: str | None = None
    checked: str | None = None
    picture: Callable | None = None

    in_quiz = True  # whether the prompt alone tells all that the question needs
    # function and model questions draw what they run from a secret seed; see `hidden_seed`
    hidden = False
    timed = 0  # rounds in which grading measures a function; see `from_scratch.timing`

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
        chapter, heading = where_to_read.place(self.id, number)
        return f"Chapter {chapter}, {heading or title}"

    @property
    def page(self):
        """Address of `where`, below the address of the book."""
        return where_to_read.page(self.id, TOPICS[self.topic][0])

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

    def shown(self, numbers):
        """Names of the numbers that the prompt tells, of an example all but what comes out."""
        if self.form == "function":
            return [name for name in numbers if name != "outputs"]
        if not isinstance(self.prompt, str):
            return list(numbers)
        fields = [name for _, name, _, _ in Formatter().parse(self.prompt) if name]
        told = {name.partition("[")[0] for name in fields}  # {input[0]} tells of input
        return [name for name in numbers if name in told]
