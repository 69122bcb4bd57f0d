"""Questions on weight sharing: how often a weight is used, and what it would be without."""

from course_bank.core.question import CLOSE, FAR, Question, ranges, slip

_TOPIC = "equivariance"

_SHARED = ranges(size=(12, 40), kernel=[3, 5], filters=(2, 12), channels=[1, 2, 3])


def _places(n):
    return (n.size - n.kernel + 1) ** 2


QUESTIONS = [
    Question(
        id="equivariance-uses",
        topic=_TOPIC,
        teaches="Sharing: each weight is used at every place of the map.",
        draw=_SHARED,
        prompt="`Conv2D({filters}, {kernel})` reads an image of {size} × {size} × {channels}, "
        "without padding. In how many places is one and the same weight of a filter used?",
        answer=_places,
        steps=lambda n: [f"({n.size} - {n.kernel} + 1)² = {_places(n)}"],
        misconceptions=(
            slip(
                "every pixel",
                lambda n: n.size**2,
                "The window must lie inside the image: there are fewer places than pixels.",
                CLOSE,
            ),
            slip(
                "uses of all filters",
                lambda n: _places(n) * n.filters,
                "A weight belongs to one filter.",
                FAR,
            ),
            slip(
                "weights of a slice",
                lambda n: n.kernel**2,
                "That many weights a slice has. Count the places where one of them is used.",
            ),
        ),
        solution="(n.size - n.kernel + 1) ** 2",
    ),
    Question(
        id="equivariance-unshared",
        topic=_TOPIC,
        teaches="Without sharing, every place would have weights of its own.",
        draw=_SHARED,
        prompt="`Conv2D({filters}, {kernel}, use_bias=False)` reads an image of "
        "{size} × {size} × {channels}, without padding. If every place of every map had weights "
        "of its own (locally connected, nothing shared), how many weights would that be?",
        answer=lambda n: _places(n) * n.kernel**2 * n.channels * n.filters,
        steps=lambda n: [
            f"places: ({n.size} - {n.kernel} + 1)² = {_places(n)}",
            f"weights at each: {n.kernel}*{n.kernel}*{n.channels} = {n.kernel**2 * n.channels}",
            f"{n.filters} maps: {_places(n) * n.kernel**2 * n.channels * n.filters}",
        ],
        misconceptions=(
            slip(
                "shared",
                lambda n: n.kernel**2 * n.channels * n.filters,
                "That is the convolution, which shares its weights between the places.",
                FAR,
            ),
            slip(
                "fully connected",
                lambda n: _places(n) * n.size**2 * n.channels * n.filters,
                "Each output still reads its own window only, not the whole image.",
                FAR,
            ),
            slip(
                "forgot the filters",
                lambda n: _places(n) * n.kernel**2 * n.channels,
                "That is one map; each filter has its own.",
                CLOSE,
            ),
            slip(
                "every pixel a place",
                lambda n: n.size**2 * n.kernel**2 * n.channels * n.filters,
                "Without padding there are fewer places than pixels.",
                CLOSE,
            ),
        ),
        solution="(n.size - n.kernel + 1) ** 2 * n.kernel**2 * n.channels * n.filters",
    ),
]
