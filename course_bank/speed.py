"""How much faster windows are than loops: measured in the student's kernel by the probe."""

import json

import numpy as np

from course_bank.from_scratch import conv2d
from course_bank.functions import _same
from course_bank.models import NOTHING, ProbeQuestion
from course_bank.question import Verdict
from course_bank.rng import Rng

# Windows are some hundred times faster; three times is asked for, so that noise decides nothing.
FASTER = 3.0

_PROBE = """
def _measure(slow, fast, image, kernel, bias):
    import time

    emitted, seconds = {{}}, {{"loops": [], "windows": []}}
    for _ in range(3):  # interleaved, so that a busy moment meets both; the best of each counts
        for name, function, times in (("loops", slow, 1), ("windows", fast, 5)):
            for _ in range(times):
                begin = time.perf_counter()
                try:
                    result = function(image, kernel, bias)
                except Exception as error:
                    text = f"conv2d_{{name}} stops with {{type(error).__name__}}: {{error}}"
                    return {{"error": text[:300]}}
                seconds[name].append(time.perf_counter() - begin)
            emitted[name] = _plain(result)
    for name, measured in seconds.items():
        emitted[name + "_seconds"] = min(measured)
    return emitted

def _arguments():
    import json
    import numpy as np

    return [np.array(a) for a in json.loads({arguments!r})]

if callable(globals().get("conv2d_loops")) and callable(globals().get("conv2d_windows")):
    emit(**_measure(conv2d_loops, conv2d_windows, *_arguments()))
else:
    emit(loops=None, windows=None)
"""


def _arguments(variant):
    rng = Rng(f"conv2d-speed/{variant.seed if variant.hidden is None else variant.hidden}")
    return rng.normals(16, 16, 3), rng.normals(3, 3, 3, 8), rng.normals(8)


def _source(variant):
    return _PROBE.format(arguments=json.dumps(_arguments(variant)))


def _judge(variant, values):
    if "error" in values:
        return Verdict(0.0, "error", f"Speed counts for right results only, and {values['error']}")
    if values.get("loops") is None and values.get("windows") is None:
        return NOTHING
    expected = conv2d(*(np.array(a, np.float64) for a in _arguments(variant)))
    wrong = [f"conv2d_{name}" for name in ("loops", "windows") if not _same(values[name], expected)]
    if wrong:
        verb = "are not right yet" if len(wrong) > 1 else "is not right yet"
        text = f"Speed counts for right results only, and {' and '.join(wrong)} {verb}."
        return Verdict(0.0, "wrong results", text)
    ratio = float(values["loops_seconds"]) / max(float(values["windows_seconds"]), 1e-9)
    if not ratio >= FASTER:
        text = (
            "Both functions take about the same time. Let NumPy do the loops: all windows at once, "
            "and one product with the kernel."
        )
        return Verdict(0.25, "windows no faster", text)
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
