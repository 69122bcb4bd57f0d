"""Functions whose results are right, and which are to be fast as well.

How a function computes cannot be told from its results. So a probe measures two functions in the
student's kernel: `TIMING` is the source of `_seconds`, `faster` the judgement on what it measured.
"""

import json
from textwrap import indent

from course_bank.core.function_questions import FunctionQuestion
from course_bank.core.rng import Rng
from course_bank.core.value_answer import CLOSE, Verdict

# All windows at once are some hundred times faster than loops over every product, and a loop over
# the places about five times.
FASTER = 10.0

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

TIMING = """
def _seconds(slow, fast, arguments):
    import json
    import time

    import numpy as np

    arrays = [np.array(a) for a in json.loads(arguments)]
    best = [float("inf"), float("inf")]
    for _ in range(3):  # in turns, so that a busy moment meets both
        for which, run, times in ((0, slow, 1), (1, fast, 5)):
            for _ in range(times):
                begin = time.perf_counter()
                run(*arrays)
                best[which] = min(best[which], time.perf_counter() - begin)
    return best
"""


def faster(seconds):
    """(whether the second function is fast enough, how many times faster it is) as measured."""
    slow, fast = map(float, seconds)
    ratio = slow / max(fast, 1e-9)
    return ratio >= FASTER, ratio


_PROBE = """
{loops}

if callable(globals().get({name!r})):
    try:
        emit(seconds=_seconds(_loops, globals()[{name!r}], {arguments!r}))
    except Exception:  # what is wrong is said by the cases
        pass
"""


class WindowsQuestion(FunctionQuestion):
    """A `FunctionQuestion` that earns half where right results come from loops."""

    def probe(self, variant):
        """The probe of the cases, and one that measures."""
        rng = Rng(f"{self.id}/seconds/{variant.inputs_seed}")
        arguments = (rng.normals(24, 24, 3), rng.normals(3, 3, 3, 8), rng.normals(8))
        loops = "import numpy as np\n\ndef _loops(image, kernel, bias):\n" + indent(LOOPS, "    ")
        source = _PROBE.format(loops=loops, name=self.variable, arguments=json.dumps(arguments))
        return super().probe(variant) + TIMING + source

    def grade(self, variant, values):
        """The verdict on the results; right ones that are slow earn half."""
        verdict = super().grade(variant, values)
        if verdict.credit < 1:
            return verdict
        try:
            fast_enough, _ = faster(values["seconds"])
        except (KeyError, TypeError, ValueError):
            text = "The results are right, but on a larger image the function could not be timed."
            return Verdict(CLOSE, "not timed", text)
        if fast_enough:
            return verdict
        text = (
            "The results are right, but the function takes about as long as loops over every "
            "product. Take all windows at once, and one sum of products with the kernel."
        )
        return Verdict(CLOSE, "loops in Python", text)
