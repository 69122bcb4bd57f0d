"""Questions on the cost of a convolution: full, grouped, depthwise, 1 × 1, and their mixtures."""

from course_bank.core.estimates import about, estimate
from course_bank.core.question import CLOSE, FAR, Question, ranges, slip
from course_lib import shapes

_TOPIC = "cost"

_LAYER = ranges(
    size=[14, 20, 28, 40, 56],
    kernel=[3, 5, 7],
    channels=[16, 24, 32, 48, 64],
    filters=list(range(72, 200, 8)),
)


def _full(n):
    """Multiplications of a full convolution at one place."""
    return shapes.multiply_adds((1, 1), n.kernel, n.channels, n.filters).value


def _depthwise(n):
    return shapes.multiply_adds((1, 1), n.kernel, n.channels, n.channels, n.channels).value


def _pointwise(n):
    return shapes.multiply_adds((1, 1), 1, n.channels, n.filters).value


_GROUPED = ranges(
    kernel=[3, 5], groups=[2, 4, 8], channels=[32, 48, 64, 96], filters=[64, 96, 128, 160]
)


def _grouped(n):
    return _grouped_share(n) * n.filters


def _grouped_share(n):
    """Weights of one filter: it reads the channels of its group alone."""
    return n.kernel**2 * (n.channels // n.groups)


_BLOCK = ranges(channels=[16, 24, 32, 40, 48, 64], times=(2, 8), kernel=[3, 5, 7])


def _widened(n):
    return n.channels * n.times


def _block(n):
    """Weights of an inverted residual block's three convolutions, in their order."""
    return (
        n.channels * _widened(n),
        n.kernel**2 * _widened(n),
        _widened(n) * n.channels,
    )


_BUDGET = ranges(
    kernel=[3, 5, 7],
    channels=[24, 32, 40, 48, 64],
    budget=(3000, 20000),
    where=lambda n: n.budget % n.channels and n.budget > 2 * (n.kernel**2 + 8) * n.channels,
)


def _most_filters(n):
    return n.budget // n.channels - n.kernel**2


_MEMORY = ranges(
    size=[14, 28, 56, 112, 224],
    channels=[16, 24, 32, 40, 64, 96],
    times=[3, 4, 6],
    batch=[8, 16, 32, 64, 128, 256],
)


_KEPT = (
    "An inverted residual block reads maps of {size} × {size} with {channels} channels. It widens "
    "them {times} times with a 1 × 1 convolution, looks around with a depthwise 3 × 3 convolution "
    '(padding "same", strides 2), and narrows them to {channels} channels again. Training keeps '
    "the outputs of the three convolutions, in float32, for every image of a batch of {batch}, "
    "until the way back."
)


def _kept(n):
    """Numbers in the outputs of a strided block's three convolutions, for one image."""
    small = shapes.output_size(n.size, 3, 2, "same").value
    return n.size**2 * _widened(n), small**2 * _widened(n), small**2 * n.channels


_ONE_IMAGE = slip(
    "one image",
    lambda n: 4 * sum(_kept(n)),
    "That is one image; the maps of the whole batch are kept.",
    CLOSE,
)

QUESTIONS = [
    Question(
        id="cost-separable",
        topic=_TOPIC,
        teaches="A separable convolution looks around first and mixes afterwards: k²C + CF.",
        draw=_LAYER,
        prompt="A depthwise {kernel} × {kernel} convolution on {channels} channels is followed by "
        "a 1 × 1 convolution with {filters} filters. The maps are {size} × {size} before and after "
        "both. How many multiplications do the two take together?",
        answer=lambda n: n.size**2 * (_depthwise(n) + _pointwise(n)),
        steps=lambda n: [
            f"depthwise, at each place: {n.kernel**2} · {n.channels} = {_depthwise(n)}",
            f"1 × 1, at each place: {n.channels} · {n.filters} = {_pointwise(n)}",
            f"{n.size} · {n.size} places: {n.size**2 * (_depthwise(n) + _pointwise(n))}",
        ],
        misconceptions=(
            slip(
                "full convolution",
                lambda n: n.size**2 * _full(n),
                "That is a full convolution. The depthwise one reads one channel for each map.",
                FAR,
            ),
            slip(
                "weights",
                lambda n: _depthwise(n) + _pointwise(n),
                "These are the weights; each is used once at every place of the map.",
                CLOSE,
            ),
            slip(
                "mixing left out",
                lambda n: n.size**2 * _depthwise(n),
                "The 1 × 1 convolution multiplies too; it does most of the work.",
                FAR,
            ),
            slip(
                "one after the other multiplied",
                lambda n: n.size**2 * _depthwise(n) * _pointwise(n),
                "One layer follows the other: their work is added up.",
                FAR,
            ),
        ),
        solution="n.size**2 * n.channels * (n.kernel**2 + n.filters)",
    ),
    Question(
        id="cost-saving",
        topic=_TOPIC,
        teaches="The saving of a separable convolution: nearly k² where filters are many.",
        draw=_LAYER,
        prompt="A full {kernel} × {kernel} convolution from {channels} to {filters} channels is "
        "replaced by a depthwise one and a 1 × 1 convolution. By which factor do the "
        "multiplications fall? Give two decimals.",
        form="number",
        tolerance=6e-3,
        answer=lambda n: _full(n) / (_depthwise(n) + _pointwise(n)),
        steps=lambda n: [
            f"full: {_full(n)} at each place",
            f"separable: {_depthwise(n)} + {_pointwise(n)} = {_depthwise(n) + _pointwise(n)}",
            f"{_full(n)} / {_depthwise(n) + _pointwise(n)} = "
            f"{_full(n) / (_depthwise(n) + _pointwise(n)):.4f}",
        ],
        misconceptions=(
            slip(
                "upside down",
                lambda n: (_depthwise(n) + _pointwise(n)) / _full(n),
                "That is the share that is left; asked is how many times fewer there are.",
                CLOSE,
            ),
            slip(
                "looking around left out",
                lambda n: float(n.kernel**2),
                "The depthwise convolution costs something too, though not much.",
                CLOSE,
            ),
            slip(
                "mixing left out",
                lambda n: float(n.filters),
                "The depthwise convolution does not mix channels; the 1 × 1 has to be paid too.",
                FAR,
            ),
        ),
        solution="n.kernel**2 * n.filters / (n.kernel**2 + n.filters)",
        solved_by="formula",
    ),
    Question(
        id="cost-groups",
        topic=_TOPIC,
        teaches="With G groups each filter reads the Gth part of the channels.",
        draw=_GROUPED,
        prompt="`Conv2D({filters}, {kernel}, groups={groups}, use_bias=False)` reads {channels} "
        "channels. How many weights does it have?",
        answer=_grouped,
        steps=lambda n: [
            f"channels of a group: {n.channels} / {n.groups} = {n.channels // n.groups}",
            f"one filter: {n.kernel**2} · {n.channels // n.groups} = {_grouped_share(n)}",
            f"{n.filters} filters: {_grouped(n)}",
        ],
        misconceptions=(
            slip(
                "no groups",
                lambda n: n.groups * _grouped(n),
                "Each filter reads the channels of its own group alone.",
                FAR,
            ),
            slip(
                "filters divided too",
                lambda n: _grouped(n) // n.groups,
                "Every group has its own filters; together they are all of them.",
                CLOSE,
            ),
            slip(
                "depthwise",
                lambda n: n.kernel**2 * n.channels,
                "So many it would have with a group for each channel and one filter in each.",
                FAR,
            ),
        ),
        solution="n.kernel**2 * (n.channels // n.groups) * n.filters",
    ),
    Question(
        id="cost-inverted-block",
        topic=_TOPIC,
        teaches="In an inverted residual block nearly all weights are in the 1 × 1 convolutions.",
        draw=_BLOCK,
        prompt="An inverted residual block reads {channels} channels, widens them {times} times "
        "with a 1 × 1 convolution, looks around with a depthwise {kernel} × {kernel} convolution "
        "and narrows them to {channels} again. None has biases. How many weights do the three "
        "have together?",
        answer=lambda n: sum(_block(n)),
        steps=lambda n: [
            f"channels inside: {n.channels} · {n.times} = {_widened(n)}",
            f"widen: {n.channels} · {_widened(n)} = {_block(n)[0]}",
            f"depthwise: {n.kernel**2} · {_widened(n)} = {_block(n)[1]}",
            f"narrow: {_widened(n)} · {n.channels} = {_block(n)[2]}",
            f"together: {sum(_block(n))}",
        ],
        misconceptions=(
            slip(
                "full inside",
                lambda n: 2 * _block(n)[0] + n.kernel**2 * _widened(n) ** 2,
                "Inside, each filter reads one channel only: the convolution is depthwise.",
                FAR,
            ),
            slip(
                "narrowing left out",
                lambda n: sum(_block(n)[:2]),
                "Narrowing takes as many weights as widening.",
                CLOSE,
            ),
            slip(
                "depthwise on the narrow end",
                lambda n: 2 * _block(n)[0] + n.kernel**2 * n.channels,
                "It looks around in the widened channels.",
                CLOSE,
            ),
            slip(
                "one side of the kernel only",
                lambda n: 2 * _block(n)[0] + n.kernel * _widened(n),
                "A slice of a filter is a square: k · k weights for each channel, not k.",
                FAR,
            ),
            slip(
                "biases counted",
                lambda n: sum(_block(n)) + 2 * _widened(n) + n.channels,
                "None of the three has biases here.",
                CLOSE,
            ),
        ),
        solution="n.channels * n.times * (2 * n.channels + n.kernel**2)",
        solved_by="formula",
    ),
    Question(
        id="cost-budget",
        topic=_TOPIC,
        teaches="A budget read backwards: what looking around leaves is for mixing.",
        draw=_BUDGET,
        prompt="At each place of the map at most {budget} multiplications may be spent on a "
        "depthwise {kernel} × {kernel} convolution of {channels} channels and a 1 × 1 convolution "
        "after it. How many filters may the 1 × 1 convolution have at most?",
        answer=_most_filters,
        steps=lambda n: [
            f"looking around: {n.kernel**2} · {n.channels} = {n.kernel**2 * n.channels}",
            f"left for mixing: {n.budget - n.kernel**2 * n.channels}",
            f"each filter takes {n.channels}: {_most_filters(n)} filters",
        ],
        misconceptions=(
            slip(
                "looking around left out",
                lambda n: n.budget // n.channels,
                "The depthwise convolution has to be paid from the same budget.",
                CLOSE,
            ),
            slip(
                "one too many",
                lambda n: _most_filters(n) + 1,
                "The last filter no longer fits into the budget: round down.",
                CLOSE,
            ),
            slip(
                "as in a full one",
                lambda n: n.budget // (n.kernel**2 * n.channels),
                "A filter of a 1 × 1 convolution takes one multiplication for each channel.",
                FAR,
            ),
        ),
        solution="n.budget // n.channels - n.kernel**2",
    ),
    estimate(
        id="cost-memory-estimate",
        topic=_TOPIC,
        teaches="Whether a batch fits is seen before it is computed: its largest map decides.",
        draw=_MEMORY,
        setting=_KEPT,
        what="about how many bytes are that",
        amount=lambda n: 4 * n.batch * sum(_kept(n)),
        steps=lambda n: [
            f"the largest map: {n.size}² · {_widened(n)}, about {about(_kept(n)[0]):,} numbers",
            "behind the stride a quarter of it, and the narrow map hardly counts: about a quarter "
            "more",
            f"4 bytes, {n.batch} images: about {about(4 * n.batch * sum(_kept(n))):,}",
        ],
        misconceptions=(
            _ONE_IMAGE,
            slip(
                "one channel",
                lambda n: 5 * n.batch * n.size**2,
                "A map has a number for each pixel and channel.",
                FAR,
            ),
        ),
        solution="4 * n.batch * 1.25 * n.size**2 * n.channels * n.times",
    ),
    Question(
        id="cost-block-memory",
        topic=_TOPIC,
        teaches="Training keeps every map of every image: the wide ones inside a block cost most.",
        numbers_of="cost-memory-estimate",
        draw=_MEMORY,
        prompt=f"{_KEPT} How many bytes are that?",
        answer=lambda n: 4 * n.batch * sum(_kept(n)),
        steps=lambda n: [
            f"widened: {n.size}² · {_widened(n)} = {_kept(n)[0]}",
            f"behind the stride: {n.size // 2}² · {_widened(n)} = {_kept(n)[1]}",
            f"narrowed: {n.size // 2}² · {n.channels} = {_kept(n)[2]}",
            f"4 bytes each, {n.batch} images: 4 · {n.batch} · {sum(_kept(n))} = "
            f"{4 * n.batch * sum(_kept(n))}",
        ],
        misconceptions=(
            _ONE_IMAGE,
            slip(
                "numbers for bytes",
                lambda n: n.batch * sum(_kept(n)),
                "These are the numbers; in float32 each takes four bytes.",
                CLOSE,
            ),
            slip(
                "stride ignored",
                lambda n: 4 * n.batch * n.size**2 * (2 * _widened(n) + n.channels),
                "Behind strides of 2 the maps have half as many rows and columns.",
                FAR,
            ),
            slip(
                "narrow ends only",
                lambda n: 4 * n.batch * (n.size**2 + (n.size // 2) ** 2) * n.channels,
                "The wide maps inside the block are kept too, and cost most.",
                FAR,
            ),
            slip(
                "half as many places",
                lambda n: (
                    4
                    * n.batch
                    * (n.size**2 * _widened(n) + n.size**2 // 2 * (_widened(n) + n.channels))
                ),
                "Strides of 2 hold along both axes: a quarter of the places is left.",
                CLOSE,
            ),
            slip(
                "input counted",
                lambda n: 4 * n.batch * (sum(_kept(n)) + n.size**2 * n.channels),
                "The input of the block was put out by what stands before it. Asked for are the "
                "outputs of its "
                "three convolutions.",
                CLOSE,
            ),
        ),
        solution="4 * n.batch * (\n    n.size**2 * n.channels * n.times\n"
        "    + (n.size // 2) ** 2 * n.channels * (n.times + 1)\n)",
    ),
]
