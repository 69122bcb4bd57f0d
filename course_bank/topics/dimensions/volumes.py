"""Questions on convolutions over three axes: scans and clips."""

from course_bank.core.question import Question, ranges, slip
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
                0.5,
            ),
            slip(
                "third axis summed away",
                lambda n: (*_clip_shape(n)[:2], n.filters),
                "Only the channels are summed away. The third axis is an axis the kernel moves "
                "along.",
                0.25,
            ),
            slip(
                "cubic kernel",
                lambda n: (*_clip_shape(n)[:2], n.frames - n.kernel + 1, n.filters),
                "The kernel has another size along the third axis.",
                0.5,
            ),
            slip(
                "channels kept",
                lambda n: (*_clip_shape(n)[:3], n.channels),
                ONE_MAP_PER_FILTER,
                0.25,
            ),
        ),
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
                0.25,
            ),
            slip(
                "depth taken for channels",
                lambda n: (n.kernel**2 * n.channels + 1) * n.filters,
                "The kernel has a third axis besides the channels.",
                0.25,
            ),
            slip(
                "forgot the bias",
                lambda n: n.kernel**2 * n.depth * n.channels * n.filters,
                NO_BIAS,
                0.5,
            ),
            slip(
                "filters added",
                lambda n: n.kernel**2 * n.depth * n.channels + n.filters,
                "Those are the weights of one filter and the biases of all. Every filter has as "
                "many weights: multiply.",
                0.25,
            ),
            slip(
                "cubic kernel",
                lambda n: (n.kernel**3 * n.channels + 1) * n.filters,
                "The kernel has another size along the third axis.",
                0.5,
            ),
        ),
        solution="shapes.conv_parameters(\n    (n.kernel, n.kernel, n.depth), n.channels, "
        "n.filters\n).value",
    ),
    Question(
        id="dims-input-shape",
        topic=_TOPIC,
        teaches="The input of an N-D CNN has N spatial axes and one of channels.",
        draw=ranges(
            frames=(8, 30), height=(31, 60), width=(61, 99), channels=[1, 3], filters=(4, 16)
        ),
        prompt=lambda n: (
            f"{'Grey' if n.channels == 1 else 'Colour'} clips of {n.frames} frames, each "
            f"{n.height} pixels high and {n.width} wide, are to be read by "
            f"`Conv3D({n.filters}, 3)` as (frames, height, width, channels). Which shape does "
            "`keras.Input` get?"
        ),
        form="shape",
        expects="a tuple, without the batch axis",
        answer=lambda n: (n.frames, n.height, n.width, n.channels),
        steps=lambda n: ["three axes to move along, then the channels; the batch axis is left out"],
        misconceptions=(
            slip(
                "channels left out",
                lambda n: (n.frames, n.height, n.width),
                "The channels are an axis of their own, even if there is only one.",
                0.25,
            ),
            slip(
                "frames taken for channels",
                lambda n: (n.height, n.width, n.frames),
                "For a 3D convolution the frames are an axis to move along, not channels.",
                0.25,
            ),
            slip(
                "filters in the place of channels",
                lambda n: (n.frames, n.height, n.width, n.filters),
                "The filters shape the output; the input has its own channels: 1 if grey, 3 in "
                "colour.",
                0.5,
            ),
            slip(
                "width before height",
                lambda n: (n.frames, n.width, n.height, n.channels),
                "Rows come before columns: the height is in front of the width.",
                0.5,
            ),
        ),
        solution="(n.frames, n.height, n.width, n.channels)",
    ),
]
