"""How much faster windows are than loops: measured in the student's kernel by the probe."""

import json

import numpy as np

from course_bank.core.probe_questions import NOTHING, ProbeQuestion
from course_bank.core.rng import Rng
from course_bank.core.value_answer import FAR, Verdict
from course_bank.topics.from_scratch.forward import conv2d
from course_bank.topics.from_scratch.timing import TIMING, faster
from course_lib.exercise.functions import same

_PROBE = """
def _measure(slow, fast, arguments):
    import json

    import numpy as np

    emitted = {{}}
    for name, function in (("loops", slow), ("windows", fast)):
        try:
            emitted[name] = _plain(function(*[np.array(a) for a in json.loads(arguments)]))
        except Exception as error:
            text = f"conv2d_{{name}} stops with {{type(error).__name__}}: {{error}}"
            return {{"error": text[:300]}}
    return {{**emitted, "seconds": _seconds(slow, fast, arguments)}}

if callable(globals().get("conv2d_loops")) and callable(globals().get("conv2d_windows")):
    emit(**_measure(conv2d_loops, conv2d_windows, {arguments!r}))
else:
    emit(loops=None, windows=None)
"""


def _arguments(variant):
    rng = Rng(f"conv2d-speed/{variant.inputs_seed}")
    return rng.normals(16, 16, 3), rng.normals(3, 3, 3, 8), rng.normals(8)


def _source(variant):
    return TIMING + _PROBE.format(arguments=json.dumps(_arguments(variant)))


def _judge(variant, values):
    if "error" in values:
        return Verdict(0.0, "error", f"Speed counts for right results only, and {values['error']}")
    if values.get("loops") is None and values.get("windows") is None:
        return NOTHING
    expected = conv2d(*(np.array(a, np.float64) for a in _arguments(variant)))
    wrong = [f"conv2d_{name}" for name in ("loops", "windows") if not same(values[name], expected)]
    if wrong:
        verb = "are not right yet" if len(wrong) > 1 else "is not right yet"
        text = f"Speed counts for right results only, and {' and '.join(wrong)} {verb}."
        return Verdict(0.0, "wrong results", text)
    fast_enough, ratio = faster(values["seconds"])
    if not fast_enough:
        text = (
            "Both functions take about the same time. Let NumPy do the loops: all windows at once, "
            "and one product with the kernel."
        )
        return Verdict(FAR, "windows no faster", text)
    return Verdict(1.0, None, f"Right: the windows were about {ratio:.0f} times faster.")


QUESTIONS = [
    ProbeQuestion(
        id="conv2d-speed",
        topic="fast convolution",
        teaches="A loop in Python costs far more than the same loop inside NumPy.",
        draw=lambda rng: {"size": rng.integer(20, 28), "filters": rng.integer(4, 8)},
        prompt="Measure both functions on an image of {size} × {size} × 3 and {filters} filters of "
        "3 × 3, with `time.perf_counter()`: the best of several runs each. Let `conv2d_speed` be "
        "how many times faster `conv2d_windows` is. Grading measures again, on another image.",
        form="model",
        expects="the ratio of the two times",
        answer=None,
        source=_source,
        judge=_judge,
        stub='import time\n\nn = sheet.numbers("conv2d-speed")\nconv2d_speed = None\n### '
        "SOLUTION\n",
        solution="""\
image = np.ones((n.size, n.size, 3))
kernel, bias = np.ones((3, 3, 3, n.filters)), np.ones(n.filters)


def best(function):
    times = []
    for _ in range(3):
        begin = time.perf_counter()
        function(image, kernel, bias)
        times.append(time.perf_counter() - begin)
    return min(times)


conv2d_speed = best(conv2d_loops) / best(conv2d_windows)""",
    ),
]
