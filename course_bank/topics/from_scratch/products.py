"""Questions on how many products the loops of a convolution compute: estimated, then counted."""

from course_bank.core.estimates import about, estimate
from course_bank.core.question import CLOSE, FAR, Question, ranges, slip
from course_lib import shapes

_TOPIC = "fast convolution"
_LAYER = ranges(
    height=[20, 28, 48, 64, 112, 180, 224, 480],
    width=[24, 32, 60, 96, 128, 240, 320, 640],
    channels=[1, 3, 16, 32, 64, 128],
    filters=[8, 16, 32, 64, 128, 256],
    kernel=[3, 5, 7],
)
_READ = (
    "Your `conv2d_loops` reads maps of {height} × {width} × {channels} with {filters} filters of "
    "{kernel} × {kernel}."
)


def _places(n):
    return (n.height - n.kernel + 1) * (n.width - n.kernel + 1)


def _products(n):
    places = (n.height - n.kernel + 1, n.width - n.kernel + 1)
    return shapes.multiply_adds(places, n.kernel, n.channels, n.filters)


_ONE_FILTER = slip(
    "one filter",
    lambda n: _products(n).value // n.filters,
    "So many products one filter takes; each of the others takes as many.",
    CLOSE,
)
_ONE_PLACE = slip(
    "one place",
    lambda n: n.kernel**2 * n.channels * n.filters,
    "These are the weights. Each is used once at every place of the output.",
    FAR,
)
_OUTPUTS = slip(
    "outputs counted",
    lambda n: _places(n) * n.filters,
    "So many outputs there are. Each is a sum of many products.",
    FAR,
)

QUESTIONS = [
    estimate(
        id="loops-estimate",
        topic=_TOPIC,
        teaches="How long loops take is known before they run: places, weights and filters.",
        draw=_LAYER,
        setting=_READ,
        what="about how many products does it compute",
        amount=lambda n: _products(n).value,
        steps=lambda n: [
            f"places: about {n.height} · {n.width}, about {about(n.height * n.width):,}",
            f"products at each: {n.kernel**2} · {n.channels} · {n.filters}, about "
            f"{about(n.kernel**2 * n.channels * n.filters):,}",
            f"together about {about(_products(n).value):,}",
        ],
        misconceptions=(_ONE_FILTER, _ONE_PLACE, _OUTPUTS),
        solution="n.height * n.width * n.kernel**2 * n.channels * n.filters",
    ),
    Question(
        id="loops-products",
        topic=_TOPIC,
        teaches="Each weight of each filter works once at every place of the output.",
        numbers_of="loops-estimate",
        draw=_LAYER,
        prompt=f"{_READ} How many products does it compute?",
        answer=_products,
        misconceptions=(
            _ONE_FILTER,
            _ONE_PLACE,
            _OUTPUTS,
            slip(
                "every pixel a place",
                lambda n: n.height * n.width * n.kernel**2 * n.channels * n.filters,
                "Without padding there are fewer places than pixels.",
                CLOSE,
            ),
        ),
        solution="(n.height - n.kernel + 1) * (n.width - n.kernel + 1) * n.kernel**2 "
        "* n.channels * n.filters",
        solved_by="formula",
    ),
]
