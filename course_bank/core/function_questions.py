"""Questions whose answer is a function: it is run on inputs the student has not seen.

The probe calls the student's function in the student's kernel on inputs drawn from a secret seed.
What comes back is compared outside with the engine's result. Each case tests one property (several
channels, the bias, an uneven padding ...) and earns its share; a wrong idea is recognised when the
function returns on every case what that idea returns.
"""

import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from course_bank.core.plain_values import PLAIN_SOURCE, to_json
from course_bank.core.question import Question
from course_bank.core.rng import Rng
from course_bank.core.value_answer import Verdict
from course_lib.exercise import wording
from course_lib.exercise.functions import same

_OTHERS = (
    "That is judged with right functions in the place of others that it calls: a mistake in those "
    "costs their own points."
)
MOST_TOLD = 120  # numbers of an array that is written out for a student

_PROBE = """
def _call(function, cases):
    import json
    import numpy as np

    emitted = {{}}
    for i, arguments in enumerate(json.loads(cases)):
        arguments = [np.array(a) if isinstance(a, list) else a for a in arguments]
        try:
            emitted[f"case{{i}}"] = _plain(function(*arguments))
        except Exception as error:
            emitted[f"error{{i}}"] = f"{{type(error).__name__}}: {{error}}"[:300]
    return emitted

if callable(globals().get({name!r})):
    emit(**_call(globals()[{name!r}], {cases!r}))
else:
    emit(instead=type(globals().get({name!r})).__name__)
"""


_AGAIN = """
def _with_right_ones(function, cases, right):
    names, made = getattr(function, "__globals__", {{}}), {{"np": __import__("numpy")}}
    exec(right, made)
    theirs = {{name: names[name] for name in made if callable(names.get(name))}}
    try:
        names.update({{name: made[name] for name in theirs}})
        return _call(function, cases)
    finally:
        names.update(theirs)

if callable(globals().get({name!r})):
    emit(again=_with_right_ones(globals()[{name!r}], {cases!r}, {right!r}))
"""


@dataclass(frozen=True)
class Case:
    """One call: the property it tests, and the arguments (nested lists are arrays)."""

    about: str
    arguments: tuple


def telling(draw, answer):
    """``draw(rng)``, drawn again until no case has an answer, or a part of one, that is 0 all over.

    There whoever returns zeros would be right. For a ``FunctionQuestion.cases``.
    """

    def cases(rng):
        while True:
            drawn = draw(rng)
            parts = [part for case in drawn for part in _parts(answer(*_arrays(case.arguments)))]
            if all(map(np.any, parts)):
                return drawn

    return cases


def _parts(value):
    return value if isinstance(value, tuple) else (value,)


def _arrays(arguments):
    return [np.array(a, np.float64) if isinstance(a, list) else a for a in arguments]


@dataclass(frozen=True)
class FunctionQuestion(Question):
    """A question answered by a function named like `Question.variable`.

    ``answer(*arguments)`` is what it must return: an array, or a tuple of the arrays named in
    ``parts``. A misconception's ``compute(*arguments)`` returns the same things, wrongly.
    Each part of a case earns its share, and one listed in ``beside`` only where another part of
    that case is right: alone it is a line that needs no idea. ``cases(rng)`` lists the calls.
    ``draw`` makes an example of the student's own: the arguments by
    name, and "outputs". ``may_call`` is the source of right functions of other tasks: the function
    is tried once more with these in the place of the student's, whose mistakes cost their own task.
    """

    cases: Callable = None
    parts: tuple = ()
    beside: tuple = ()
    may_call: str = ""

    hidden = True

    def drawn_cases(self, variant):
        """The cases of a variant: from the hidden seed, or from the public one without it."""
        return self.cases(Rng(f"{self.id}/cases/{variant.inputs_seed}"))

    def probe(self, variant):
        """Python source that calls the student's function on every case and emits the results."""
        cases = json.dumps([list(case.arguments) for case in self.drawn_cases(variant)])
        source = PLAIN_SOURCE + _PROBE.format(name=self.variable, cases=cases)
        if not self.may_call:
            return source
        return source + _AGAIN.format(name=self.variable, cases=cases, right=self.may_call)

    def grade(self, variant, values):
        """Verdict on ``case0``, ``case1``, ... (or ``error0``, ...) as the probe emitted them.

        ``again`` holds the same of the second try, with right functions of the other tasks.
        """
        verdict = self._graded(variant, values)
        again = values.get("again") if isinstance(values, dict) else None
        if verdict.credit == 1 or not isinstance(again, dict):
            return verdict
        second = self._graded(variant, again)
        if second.credit <= verdict.credit:
            return verdict
        return replace(second, message=f"{second.message} {_OTHERS}")

    def _graded(self, variant, values):
        """The verdict on one try."""
        if not isinstance(values, dict) or not values or "instead" in values:
            return self._no_function(values)
        cases = self.drawn_cases(variant)
        given = [values.get(f"case{i}") for i in range(len(cases))]
        errors = [str(values[f"error{i}"]) for i in range(len(cases)) if f"error{i}" in values]
        if all(value is None for value in given):
            return self._nothing(errors, cases)
        right = self._shares(cases, given)
        earned = sum(map(self._counted, right)) / sum(map(len, right))
        if earned == 1:
            return Verdict(1.0, None, "Right on every hidden input.")
        failing = self._smallest(cases, right)
        for wrong in self.misconceptions:
            if self._follows(wrong.compute, cases, given):
                return Verdict(max(wrong.credit, earned), wrong.name, wrong.message, failing)
        return Verdict(earned, None, self._report(cases, right, errors, given), failing)

    def _no_function(self, values):
        instead = values.get("instead", "NoneType") if isinstance(values, dict) else "NoneType"
        if instead == "NoneType":
            text = f"There is no function `{self.variable}`. Keep the name that the task gives."
            return Verdict(0.0, "empty", text)
        kind = wording.of_type(str(instead)[:40])
        text = f"`{self.variable}` must be a function, not {kind}."
        return Verdict(0.0, "form", text)

    def _nothing(self, errors, cases):
        if errors:
            text = f"The function stops with an error: {errors[0]}"
            return Verdict(0.0, "error", text, self._smallest(cases, [[False]] * len(cases)))
        return Verdict(0.0, "empty", "The function returns nothing yet.")

    def _split(self, value):
        """The parts of a result."""
        return list(value) if self.parts and isinstance(value, list | tuple) else [value]

    def _expected(self, function, case):
        return self._split(function(*_arrays(case.arguments)))

    def _shares(self, cases, given):
        """For every case, for every part: whether it is right."""
        table = []
        for case, value in zip(cases, given, strict=True):
            expected, parts = self._expected(self.answer, case), self._split(value)
            if len(parts) != len(expected):
                parts = [None] * len(expected)
            table.append([same(a, b) for a, b in zip(parts, expected, strict=True)])
        return table

    def _counted(self, row):
        """How many of the right parts of a case count."""
        main = [
            ok
            for ok, name in zip(row, self.parts or ("",), strict=False)
            if name not in self.beside
        ]
        return sum(row) if any(main) else 0

    def _follows(self, function, cases, given):
        """Whether the student's function returns what ``function`` returns, case by case."""
        for case, value in zip(cases, given, strict=True):
            expected, parts = self._expected(function, case), self._split(value)
            if len(parts) != len(expected) or not all(map(same, parts, expected)):
                return False
        return True

    def _report(self, cases, right, errors, given):
        rows = {case.about: all(row) for case, row in zip(cases, right, strict=True)}
        if self.parts and not any(rows.values()):  # gradients: which of them, not with which input
            rows = dict(zip(self.parts, map(all, zip(*right, strict=True)), strict=True))
        done = "; ".join(name for name, ok in rows.items() if ok)
        open_ = "; ".join(name for name, ok in rows.items() if not ok)
        text = "Not yet right on any of the hidden inputs."
        if done:
            text = f"Right: {done}. Not yet: {open_}."
        if errors:
            return f"{text} It stops with {errors[0]}"
        first = next(i for i, row in enumerate(right) if not all(row))
        return f"{text} {self._difference(cases[first], given[first], right[first])}"

    def _smallest(self, cases, right):
        """The failing case with the fewest numbers, as text, its arguments by their names."""
        failing = [case for case, row in zip(cases, right, strict=True) if not all(row)]
        case = min(failing, key=lambda case: sum(np.size(a) for a in case.arguments))
        names = inspect.signature(self.answer).parameters
        told = [_argument(*pair) for pair in zip(names, case.arguments, strict=False)]
        return "\n".join([f"# {case.about}", *told])

    def _difference(self, case, value, right):
        """What sets a wrong result apart from the expected one, without its numbers."""
        expected, results = self._expected(self.answer, case), self._split(value)
        if value is None:
            return f"With {case.about} it returns nothing."
        if len(results) != len(expected):
            return f"It must return {wording.several(expected)}: {', '.join(self.parts)}."
        names = self.parts or ("its result",)
        named = [name for name, ok in zip(names, right, strict=True) if not ok]
        for name, result, target in zip(names, results, expected, strict=True):
            shape = _shape(result)
            if shape is None or (shape and not np.ndim(target)):
                asked = "array of numbers" if np.ndim(target) else "single number"
                return f"With {case.about}, {name} is no {asked}."
            if shape != np.shape(target):
                return f"With {case.about}, {name} has the shape {shape}, not {np.shape(target)}."
        told, verb = " and ".join(named), "have" if len(named) > 1 else "has"
        if not any(map(np.ndim, expected)):
            wrong = "this number is wrong" if len(named) == 1 else "these numbers are wrong"
            return f"With {case.about}, {wrong}: {told}."
        return f"With {case.about}, {told} {verb} the right shape, but other values."


def _argument(name, value):
    """An argument as text: its numbers rounded, a grid of rows and columns for each other index."""
    array = np.asarray(value)
    if array.dtype.kind not in "fiu" or not array.ndim:
        return f"{name} = {value!r}"
    if array.size > MOST_TOLD:
        return f"{name}: an array of shape {array.shape}"
    array = np.round(array, 2) + 0.0  # no -0.
    if array.ndim < 3:
        return _grid(f"{name} = ", array)
    rest = np.ndindex(array.shape[2:])
    return "\n".join(
        _grid(f"{name}[:, :, {', '.join(map(str, place))}] = ", array[(..., *place)])
        for place in rest
    )


def _grid(before, array):
    text = np.array2string(array, separator=", ", max_line_width=200)
    return before + text.replace("\n", "\n" + " " * len(before))


def _shape(value):
    """The shape of an array of numbers, or None."""
    try:
        array = np.asarray(value)
    except (ValueError, TypeError, OverflowError):
        return None
    return array.shape if array.dtype.kind in "biuf" else None


def example(function, names, **arguments):
    """Numbers of a function question: the arguments and the outputs of ``function`` on them."""
    outputs = function(*_arrays(arguments.values()))
    if names:
        outputs = {name: to_json(part) for name, part in zip(names, outputs, strict=True)}
    return {**arguments, "outputs": outputs if names else to_json(outputs)}
