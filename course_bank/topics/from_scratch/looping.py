"""A function that is to go from place to place itself: whether it does is counted.

The probe has Python count the steps that run in the student's own code while the function works on
one image. Loops over the places take several for each of them, one call of NumPy a few in all.
"""

import json

from course_bank.core.function_questions import FunctionQuestion
from course_bank.core.rng import Rng
from course_bank.core.value_answer import CLOSE, Verdict

_SIDE = 16
PLACES = (_SIDE - 1) ** 2  # of a kernel of 2 x 2
STEPS = 4 * PLACES  # at least, where Python goes from place to place

_PROBE = """
def _steps(function, arguments):
    import json
    import sys

    import numpy as np

    library, count = np.__file__.rpartition("__init__")[0], 0

    def each(frame, event, argument):
        nonlocal count
        if frame.f_code.co_filename.startswith(library):
            return None
        frame.f_trace_opcodes = True
        count += event == "opcode"
        return each

    arrays = [np.array(a) for a in json.loads(arguments)]
    before = sys.gettrace()
    sys.settrace(each)
    try:
        function(*arrays)
    finally:
        sys.settrace(before)
    return count

if callable(globals().get({name!r})):
    try:
        emit(steps=_steps(globals()[{name!r}], {arguments!r}))
    except Exception:  # what is wrong is said by the cases
        pass
"""


class LoopsQuestion(FunctionQuestion):
    """A `FunctionQuestion` that earns a third where right results come without a loop in Python."""

    def probe(self, variant):
        """The probe of the cases, and one that counts."""
        rng = Rng(f"{self.id}/steps/{variant.inputs_seed}")
        arguments = (rng.normals(_SIDE, _SIDE, 1), rng.normals(2, 2, 1, 2), rng.normals(2))
        source = _PROBE.format(name=self.variable, arguments=json.dumps(arguments))
        return super().probe(variant) + source

    def grade(self, variant, values):
        """The verdict on the results; right ones without loops earn a third."""
        verdict = super().grade(variant, values)
        if verdict.credit < 1:
            return verdict
        steps = values.get("steps")
        if isinstance(steps, int) and steps >= STEPS:
            return verdict
        text = (
            "The results are right, but Python does not go from place to place: this task asks "
            "for the loops. What NumPy does in one call is the next task."
        )
        return Verdict(CLOSE, "no loops", text)
