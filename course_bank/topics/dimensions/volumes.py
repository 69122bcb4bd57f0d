"""Questions on convolutions over three axes: scans and clips."""

from course_bank.core.question import CLOSE, FAR, Question, ranges, slip
from course_bank.topics.dimensions.texts import NO_BIAS, SPANS_CHANNELS
from course_lib import shapes

_TOPIC = "one, two and three dimensions"

ONE_MAP_PER_FILTER = "Each filter returns one map: the last axis counts the filters."

_CLIP = ranges(
    frames=(8, 32),
    side=(16, 64),
    channels=[2, 3],
    kernel=[3, 5],
    depth=[2, 4],
    filters=(4, 24),
    where=lambda n: n.frames != n.side,
)


def _clip_shape(n):
    return (
        n.side - n.kernel + 1,
        n.side - n.kernel + 1,
        n.frames - n.depth + 1,
        n.filters,
    )


def _draw_recording(rng):
    height, width = rng.integer(60, 120), rng.integer(121, 200)
    step = rng.choice([4, 5, 6])
    return {
        "seconds": rng.integer(2, 9),
        "rate": step * rng.integer(3, 6),
        "step": step,
        "height": height,
        "width": width,
        "border": rng.integer(2, 12),
        "channels": rng.choice([1, 3]),
        "filters": rng.integer(4, 16),
    }


def _recorded(n):
    """(frames, height, width, channels) of what is kept."""
    frames = n.seconds * n.rate // n.step
    return (frames, n.height - 2 * n.border, n.width - 2 * n.border, n.channels)


QUESTIONS = [
    Question(
        id="dims-conv3d-shape",
        topic=_TOPIC,
        teaches="A 3D convolution shortens all three axes; the last axis counts the filters.",
        draw=_CLIP,
        prompt="A scan of {side} × {side} × {frames} voxels, {channels} values each, goes through "
        "`Conv3D({filters}, kernel_size=({kernel}, {kernel}, {depth}))`. What is the shape of the "
        "output, without the batch axis?",
        form="shape",
        expects="a tuple of four numbers",
        answer=_clip_shape,
        steps=lambda n: [
            f"{n.side} - {n.kernel} + 1 = {n.side - n.kernel + 1} (twice)",
            f"{n.frames} - {n.depth} + 1 = {n.frames - n.depth + 1}",
            f"{n.filters} filters",
        ],
        misconceptions=(
            slip(
                "third axis kept",
                lambda n: (*_clip_shape(n)[:2], n.frames, n.filters),
                "The kernel moves along the third axis too.",
                CLOSE,
            ),
            slip(
                "third axis summed away",
                lambda n: (*_clip_shape(n)[:2], n.filters),
                "Only the channels are summed away. The third axis is an axis the kernel moves "
                "along.",
                FAR,
            ),
            slip(
                "cubic kernel",
                lambda n: (*_clip_shape(n)[:2], n.frames - n.kernel + 1, n.filters),
                "The kernel has another size along the third axis.",
                CLOSE,
            ),
            slip(
                "channels kept",
                lambda n: (*_clip_shape(n)[:3], n.channels),
                ONE_MAP_PER_FILTER,
                FAR,
            ),
            slip(
                "forgot the one",
                lambda n: (n.side - n.kernel, n.side - n.kernel, n.frames - n.depth, n.filters),
                "Along each axis there are n − k steps between the first and the last place, and "
                "one place more.",
                FAR,
            ),
            slip(
                "third axis first",
                lambda n: (_clip_shape(n)[2], *_clip_shape(n)[:2], n.filters),
                "The numbers are right, but the axes of the output stand as those of the input do: "
                "the third one stays the third.",
                CLOSE,
            ),
            slip(
                "same taken for valid",
                lambda n: (n.side, n.side, n.frames, n.filters),
                "Without padding each axis is shortened by k − 1. Keras pads only when told to.",
                FAR,
            ),
        ),
        solved_by="shapes.output_shape",
        solution="(\n    *shapes.output_shape(\n        (n.side, n.side, n.frames), "
        "(n.kernel, n.kernel, n.depth)\n    ).value,\n    n.filters,\n)",
    ),
    Question(
        id="dims-conv3d-params",
        topic=_TOPIC,
        teaches="A 3D filter has k·k·d weights for every channel, and one bias.",
        draw=ranges(channels=[2, 3, 4], kernel=[3, 5], depth=[2, 4], filters=(4, 40)),
        prompt="`Conv3D({filters}, kernel_size=({kernel}, {kernel}, {depth}))` reads volumes with "
        "{channels} channels. How many parameters does it have?",
        answer=lambda n: shapes.conv_parameters(
            (n.kernel, n.kernel, n.depth), n.channels, n.filters
        ),
        misconceptions=(
            slip(
                "forgot the channels",
                lambda n: (n.kernel**2 * n.depth + 1) * n.filters,
                SPANS_CHANNELS,
                FAR,
            ),
            slip(
                "depth taken for channels",
                lambda n: (n.kernel**2 * n.channels + 1) * n.filters,
                "The kernel has a third axis besides the channels.",
                FAR,
            ),
            slip(
                "forgot the bias",
                lambda n: n.kernel**2 * n.depth * n.channels * n.filters,
                NO_BIAS,
                CLOSE,
            ),
            slip(
                "filters added",
                lambda n: n.kernel**2 * n.depth * n.channels + n.filters,
                "Those are the weights of one filter and the biases of all. Every filter has as "
                "many weights: multiply.",
                FAR,
            ),
            slip(
                "cubic kernel",
                lambda n: (n.kernel**3 * n.channels + 1) * n.filters,
                "The kernel has another size along the third axis.",
                CLOSE,
            ),
        ),
        solved_by="shapes.conv_parameters",
        solution="shapes.conv_parameters(\n    (n.kernel, n.kernel, n.depth), n.channels, "
        "n.filters\n).value",
    ),
    Question(
        id="dims-input-shape",
        topic=_TOPIC,
        teaches="The input of an N-D CNN has N spatial axes and one of channels.",
        draw=_draw_recording,
        prompt=lambda n: (
            f"{'Grey' if n.channels == 1 else 'Colour'} clips of {n.seconds} seconds at {n.rate} "
            f"frames a second, {n.width} pixels wide and {n.height} high, are cut for "
            f"`Conv3D({n.filters}, 3)`: every {n.step}th frame is kept, and {n.border} pixels are "
            "cut off on each of the four sides. Which shape does `keras.Input` get?"
        ),
        form="shape",
        expects="a tuple, without the batch axis",
        answer=_recorded,
        steps=lambda n: [
            f"frames: {n.seconds}*{n.rate}/{n.step} = {_recorded(n)[0]}",
            f"height: {n.height} - 2*{n.border} = {_recorded(n)[1]}, width: {n.width} - "
            f"2*{n.border} = {_recorded(n)[2]}",
            f"three axes to move along, rows before columns, then the channels: {_recorded(n)}",
        ],
        misconceptions=(
            slip(
                "channels left out",
                lambda n: _recorded(n)[:3],
                "The channels are an axis of their own, even if there is only one.",
                FAR,
            ),
            slip(
                "frames taken for channels",
                lambda n: (*_recorded(n)[1:3], _recorded(n)[0]),
                "For a 3D convolution the frames are an axis to move along, not channels.",
                FAR,
            ),
            slip(
                "filters in the place of channels",
                lambda n: (*_recorded(n)[:3], n.filters),
                "The filters shape the output; the input has its own channels: 1 if grey, 3 in "
                "colour.",
                CLOSE,
            ),
            slip(
                "width before height",
                lambda n: (_recorded(n)[0], _recorded(n)[2], _recorded(n)[1], n.channels),
                "Rows come before columns: the height is in front of the width.",
                CLOSE,
            ),
            slip(
                "border cut off once",
                lambda n: (_recorded(n)[0], n.height - n.border, n.width - n.border, n.channels),
                "The border is cut off on both sides of each axis.",
                CLOSE,
            ),
            slip(
                "all frames",
                lambda n: (n.seconds * n.rate, *_recorded(n)[1:]),
                "Not all frames are kept.",
                CLOSE,
            ),
            slip(
                "frames behind the picture",
                lambda n: (*_recorded(n)[1:3], _recorded(n)[0], n.channels),
                "The numbers are right, but the frames come first, then height, width, channels.",
                CLOSE,
            ),
        ),
        solution="(\n    n.seconds * n.rate // n.step,\n    n.height - 2 * n.border,\n"
        "    n.width - 2 * n.border,\n    n.channels,\n)",
    ),
]
