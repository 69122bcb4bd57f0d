"""Questions on filters: how deep they are, how many, and how Keras stores them."""

from course_bank.core.question import CLOSE, FAR, Question, ranges, slip
from course_bank.topics.channels_and_filters.channels import FORGOT_CHANNELS, NUMBERS

_TOPIC = "channels and filters"


QUESTIONS = [
    Question(
        id="channels-kernel-shape",
        topic=_TOPIC,
        teaches="Keras keeps all filters of a layer in one array (height, width, in, out).",
        draw=NUMBERS,
        prompt="`Conv2D({filters}, kernel_size={kernel})` reads an image of {height} × {width} "
        "with "
        "{channels} channels. What is the shape of its weights, `layer.kernel.shape`?",
        form="kernel",
        expects="a tuple of four numbers",
        answer=lambda n: (n.kernel, n.kernel, n.channels, n.filters),
        steps=lambda n: [
            f"one filter: {n.kernel} × {n.kernel} × {n.channels}, a weight for each number it "
            "reads",
            f"{n.filters} filters along the last axis: "
            f"({n.kernel}, {n.kernel}, {n.channels}, {n.filters})",
        ],
        misconceptions=(
            slip(
                "forgot the channels",
                lambda n: (n.kernel, n.kernel, n.filters),
                FORGOT_CHANNELS,
                FAR,
            ),
            slip(
                "in and out swapped",
                lambda n: (n.kernel, n.kernel, n.filters, n.channels),
                "Keras' order is height, width, input channels, filters.",
                CLOSE,
            ),
            slip(
                "filters first",
                lambda n: (n.filters, n.kernel, n.kernel, n.channels),
                "Keras puts the filters last: height, width, input channels, filters.",
                CLOSE,
            ),
            slip(
                "channels in front",
                lambda n: (n.filters, n.channels, n.kernel, n.kernel),
                "That is PyTorch's order. Keras' is height, width, input channels, filters.",
                CLOSE,
            ),
            slip(
                "one filter only",
                lambda n: (n.kernel, n.kernel, n.channels),
                "That is one filter. The layer holds all its filters in one array.",
                FAR,
            ),
        ),
        solved_by="formula",
        solution="(n.kernel, n.kernel, n.channels, n.filters)",
    ),
    Question(
        id="channels-two-layers",
        topic=_TOPIC,
        teaches="The filters of the second layer are as deep as the first layer has filters.",
        draw=ranges(size=(16, 64), channels=[1, 3], first=(5, 20), second=(21, 40), kernel=[3, 5]),
        prompt="An input of {size} × {size} × {channels} goes through `Conv2D({first}, {kernel})` "
        "and then through `Conv2D({second}, {kernel})`. What is the shape of *one filter* of the "
        "second layer?",
        form="shape",
        expects="a tuple (height, width, depth)",
        answer=lambda n: (n.kernel, n.kernel, n.first),
        steps=lambda n: [
            f"the first layer returns {n.first} maps",
            f"a filter of the second reads all of them: {n.kernel} × {n.kernel} × {n.first}",
        ],
        misconceptions=(
            slip(
                "depth of the image",
                lambda n: (n.kernel, n.kernel, n.channels),
                "The second layer reads the first layer's maps, not the image.",
                FAR,
            ),
            slip(
                "flat filter",
                lambda n: (n.kernel, n.kernel),
                "The filter is as deep as its input: it has a slice for each map it reads.",
                FAR,
            ),
            slip(
                "depth of its own output",
                lambda n: (n.kernel, n.kernel, n.second),
                "That many filters the second layer has; the depth of one is what it reads.",
                FAR,
            ),
        ),
        solution="(n.kernel, n.kernel, n.first)",
    ),
    Question(
        id="channels-slices",
        topic=_TOPIC,
        teaches="A filter is a collection of kernels: one for each input channel.",
        draw=ranges(channels=(3, 32), filters=(8, 64), kernel=[3, 5]),
        prompt="A layer reads {channels} channels with {filters} filters of size {kernel}. How "
        "many two-dimensional kernels (slices of {kernel} × {kernel} weights) does it hold "
        "altogether?",
        answer=lambda n: n.channels * n.filters,
        steps=lambda n: [
            f"{n.channels} slices in each of {n.filters} filters",
            f"{n.channels} * {n.filters} = {n.channels * n.filters}",
        ],
        misconceptions=(
            slip(
                "one for each filter",
                lambda n: n.filters,
                FORGOT_CHANNELS,
                FAR,
            ),
            slip(
                "one for each channel",
                lambda n: n.channels,
                "Every filter has its own slice for each channel.",
                FAR,
            ),
            slip(
                "added",
                lambda n: n.channels + n.filters,
                "Every filter has a slice for every channel: multiply.",
            ),
            slip(
                "weights counted",
                lambda n: n.channels * n.filters * n.kernel**2,
                "That is the number of weights; the slices are asked for.",
                CLOSE,
            ),
        ),
        solution="n.channels * n.filters",
    ),
]
