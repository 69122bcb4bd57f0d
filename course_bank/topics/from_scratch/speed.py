"""The convolution once more, by a loop over the weights alone; and how much faster windows are."""

from course_bank.core.probe_questions import NOTHING, ProbeQuestion
from course_bank.core.question import FAR, slip
from course_bank.core.value_answer import Verdict
from course_bank.topics.from_scratch import forward
from course_bank.topics.from_scratch.timing import FASTER, Timed, TimedQuestion


class SpeedQuestion(Timed, ProbeQuestion):
    """How much faster ``conv2d_windows`` is: what the student measured, and what grading finds."""

    measured = "conv2d_windows"


def _source(variant):
    return "emit(ratio=_plain(globals().get('conv2d_speed')))\n"


def _judge(variant, values):
    if values.get("ratio") is None:
        return NOTHING
    if not isinstance(values["ratio"], int | float) or not values["ratio"] > 0:
        return Verdict(0.0, "form", "`conv2d_speed` must be a number: the ratio of the two times.")
    ratio = variant.question.times_faster(variant, values.get("rounds", []))
    if ratio is None:
        text = "`conv2d_windows` is not right yet on a larger image, so its speed does not count."
        return Verdict(0.0, "wrong results", text)
    if ratio < FASTER or values["ratio"] < 2:
        text = (
            "Both functions take about the same time. Let NumPy do the loops: all windows at once, "
            "and one product with the kernel."
        )
        return Verdict(FAR, "windows no faster", text)
    return Verdict(1.0, None, f"Right: the windows were about {ratio:.0f} times faster.")


QUESTIONS = [
    TimedQuestion(
        id="conv2d-taps",
        topic="fast convolution",
        teaches="A convolution is a sum over the weights of the kernel, each a product of arrays.",
        draw=forward.example_conv,
        prompt="The other way round: write `conv2d_taps(image, kernel, bias)`, which computes the "
        "same with a loop over the rows and columns of the *kernel* only. At each of its places "
        "the weights (in, out) meet a part of the image as large as the output: one matrix product "
        "for all places at once, added up. Nothing is copied into windows. "
        + forward.SHAPES
        + "Grading measures it too: right results that take as long as loops over every product "
        "earn a third." + forward.own("conv2d-taps"),
        form="function",
        answer=forward.conv2d,
        cases=forward.conv_cases,
        misconceptions=(
            *forward.CONV_SLIPS,
            slip(
                "last tap kept alone",
                lambda image, kernel, bias: forward.last_tap(image, kernel) + bias,
                "Only the last place of the kernel counts in your function: add up with `+=`.",
                FAR,
            ),
        ),
        stub='def conv2d_taps(image, kernel, bias):\n    """The same convolution, by a loop over '
        'the kernel."""\n    ### SOLUTION\n',
        solution="""\
rows = image.shape[0] - kernel.shape[0] + 1
columns = image.shape[1] - kernel.shape[1] + 1
outputs = np.zeros((rows, columns, kernel.shape[-1])) + bias
for a in range(kernel.shape[0]):
    for b in range(kernel.shape[1]):
        outputs += image[a : a + rows, b : b + columns] @ kernel[a, b]
return outputs""",
    ),
    SpeedQuestion(  # stood in the assignments released before `conv2d-taps` came
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
