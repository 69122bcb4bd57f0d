"""Functions whose results are right, and which are to be fast as well.

How a function computes cannot be told from its results. So grading has it work on large inputs that
are new in each round, takes the time from the question to the last number of the answer with its
own clock, and compares that with loops of its own, run on the same machine at the same time. The
student's kernel measures nothing: a clock that was patched, loops that sleep or remember, results
that are computed when somebody looks at them change nothing.
"""

import base64
import hashlib
import time
from textwrap import indent

import numpy as np

from course_bank.core.function_questions import FunctionQuestion
from course_bank.core.plain_values import PLAIN_SOURCE
from course_bank.core.value_answer import CLOSE, Verdict
from course_lib import ops
from course_lib.exercise.functions import same

# All windows at once are twenty times faster than loops over every product and more, with all that
# is between the question and the answer; a loop over the places is two or three times.
FASTER = 6.0
ROUNDS = 5

# many places with few products each: a loop over the places is then hardly faster than one over all
_IMAGE, _KERNEL = (256, 256, 1), (3, 3, 1, 2)
PRODUCTS = 254 * 254 * 3 * 3 * 2

LOOPS = """\
height, width, channels = image.shape
k_height, k_width, _, filters = kernel.shape
outputs = np.zeros((height - k_height + 1, width - k_width + 1, filters))
for row in range(outputs.shape[0]):
    for column in range(outputs.shape[1]):
        for f in range(filters):
            total = 0.0
            for a in range(k_height):
                for b in range(k_width):
                    for c in range(channels):
                        total += image[row + a, column + b, c] * kernel[a, b, c, f]
            outputs[row, column, f] = total + bias[f]
return outputs"""  # the body of a function of image, kernel and bias

_PROBE = """
def _answer(function):
    import base64

    import numpy as np

    arrays = [
        np.frombuffer(base64.b64decode(data), np.float32).astype(np.float64).reshape(shape)
        for data, shape in {arrays!r}
    ]
    emit(outputs=_plain(function(*arrays)))

if callable(globals().get({name!r})):
    _answer(globals()[{name!r}])
"""


def _compiled():
    namespace = {"np": np}
    exec("def loops(image, kernel, bias):\n" + indent(LOOPS, "    "), namespace)
    return namespace["loops"]


_loops = _compiled()


def pace():
    """Seconds that loops over every product take for one of them, here and now."""
    image, kernel, bias = np.ones((40, 40, 1)), np.ones((3, 3, 1, 2)), np.ones(2)
    begin = time.perf_counter()
    _loops(image, kernel, bias)
    return (time.perf_counter() - begin) / (38 * 38 * 3 * 3 * 2)


class Timed:
    """What a question adds that is measured: a probe for each round, and what came of them.

    A round is a dict: "outputs" as they were emitted, "seconds" from the question to the answer,
    and "pace", the least of `pace` before and after it.
    """

    timed = ROUNDS

    @property
    def measured(self):
        """Name of the function that is measured."""
        return self.variable

    def round_inputs(self, variant, number):
        """Image, kernel and bias of a round. The bias is 0: to forget it costs nothing here."""
        text = f"{self.id}/round {number}/{variant.inputs_seed}"
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
        rng = np.random.default_rng(seed)
        image, kernel = (rng.standard_normal(size, np.float32) for size in (_IMAGE, _KERNEL))
        return image, kernel, np.zeros(_KERNEL[-1], np.float32)

    def timing_probe(self, variant, number):
        """Python source that has the student's function answer one round."""
        arrays = [
            (base64.b64encode(array.tobytes()).decode(), array.shape)
            for array in self.round_inputs(variant, number)
        ]
        return PLAIN_SOURCE + _PROBE.format(name=self.measured, arrays=arrays)

    def times_faster(self, variant, rounds):
        """How many times faster than loops the function was, or None without right outputs.

        The best of the rounds stand against each other: on a busy machine a single one is noise.
        """
        seconds = []
        for number, found in enumerate(rounds[:ROUNDS]):
            inputs = [array.astype(np.float64) for array in self.round_inputs(variant, number)]
            expected = ops.conv(inputs[0][None], inputs[1])[0]
            if same(found.get("outputs"), expected):
                seconds.append(max(found["seconds"], 1e-9))
        if not seconds:
            return None
        return PRODUCTS * min(found["pace"] for found in rounds) / min(seconds)


def rounds_here(variant, namespace):
    """The rounds of a timed question in this very process: for those who trust the functions."""
    found = []
    for number in range(variant.question.timed):
        emitted, before, begin = {}, pace(), time.perf_counter()
        source = variant.question.timing_probe(variant, number)
        try:
            exec(source, {**namespace, "emit": emitted.update})
        except Exception:  # what is wrong is said by the cases
            emitted = {}
        seconds = time.perf_counter() - begin
        found.append({**emitted, "seconds": seconds, "pace": min(before, pace())})
    return found


class TimedQuestion(Timed, FunctionQuestion):
    """A `FunctionQuestion` that earns a third where right results come from loops."""

    def grade(self, variant, values):
        """The verdict on the results; right ones that are slow earn a third."""
        rounds = values.get("rounds") if isinstance(values, dict) else None
        plain = {k: v for k, v in values.items() if k != "rounds"} if rounds else values
        verdict = super().grade(variant, plain)
        if verdict.credit < 1:
            return verdict
        ratio = self.times_faster(variant, rounds or [])
        if ratio is None:
            text = (
                "The results are right, but on a larger image no array of the right values came "
                "back, so the function could not be timed. Return a NumPy array."
            )
            return Verdict(CLOSE, "not timed", text)
        if ratio >= FASTER:
            return verdict
        text = (
            "The results are right, but the function takes about as long as loops over every "
            "product. Let NumPy do the loops over the places."
        )
        return Verdict(CLOSE, "loops in Python", text)
