"""Questions on the lecture's functional model: two convolutions with sigmoids."""

from course_bank.core.question import CLOSE, FAR, Question, ranges, slip
from course_bank.core.rendering import code
from course_bank.topics.model_summary.classifiers import (
    DEEP_FILTERS,
    NO_BIAS,
    SAME_FOR_VALID,
    conv,
    conv_count,
)

_TOPIC = "model summary"


def _functional(n):
    size = conv(conv(n.size, n.kernel), n.kernel)
    return {
        "shape": (size, size, n.second),
        "first": conv_count(n.kernel, 1, n.first),
        "second": conv_count(n.kernel, n.first, n.second),
    }


_FUNCTIONAL = ranges(size=(10, 40), first=(4, 9), second=(2, 8), kernel=[3, 5])


def _functional_program(n):
    return code(
        f"my_input = Input(shape=({n.size}, {n.size}, 1))\n"
        f"my_output = Convolution2D({n.first}, {n.kernel})(my_input)\n"
        "my_output = Activation('sigmoid')(my_output)\n"
        f"my_output = Convolution2D({n.second}, {n.kernel})(my_output)\n"
        "my_output = Activation('sigmoid')(my_output)\n"
        "model = Model(my_input, my_output)"
    )


QUESTIONS = [
    Question(
        id="summary-functional-total",
        topic=_TOPIC,
        teaches="A functional model's count is the sum of its layers'; activations add none.",
        draw=_FUNCTIONAL,
        prompt=lambda n: f"How many parameters does this model have?{_functional_program(n)}",
        answer=lambda n: _functional(n)["first"] + _functional(n)["second"],
        steps=lambda n: [
            f"first convolution: ({n.kernel}*{n.kernel}*1 + 1) * {n.first} = "
            f"{_functional(n)['first']}",
            f"second convolution: ({n.kernel}*{n.kernel}*{n.first} + 1) * {n.second} = "
            f"{_functional(n)['second']}",
            f"activations: 0; together {_functional(n)['first'] + _functional(n)['second']}",
        ],
        misconceptions=(
            slip(
                "one side of the kernel only",
                lambda n: _functional(n)["first"] + (n.kernel * n.first + 1) * n.second,
                DEEP_FILTERS + " That is k · k · c, not k · c.",
                FAR,
            ),
            slip(
                "second filter flat",
                lambda n: _functional(n)["first"] + (n.kernel**2 + 1) * n.second,
                DEEP_FILTERS,
                FAR,
            ),
            slip(
                "forgot the biases",
                lambda n: _functional(n)["first"] + _functional(n)["second"] - n.first - n.second,
                NO_BIAS,
                CLOSE,
            ),
            slip(
                "second layer only",
                lambda n: _functional(n)["second"],
                "The first convolution has parameters too.",
                FAR,
            ),
            slip(
                "depth added, not multiplied",
                lambda n: _functional(n)["first"] + (n.kernel**2 + n.first + 1) * n.second,
                "A filter has k · k weights in a slice, and a slice for each map it reads: "
                "multiply.",
                FAR,
            ),
            slip(
                "first layer only",
                lambda n: _functional(n)["first"],
                "The second convolution has parameters too, most of them.",
                FAR,
            ),
        ),
        solved_by="shapes.conv_parameters",
        solution="(\n    shapes.conv_parameters((n.kernel,) * 2, 1, n.first).value\n"
        "    + shapes.conv_parameters((n.kernel,) * 2, n.first, n.second).value\n)",
    ),
    Question(
        id="summary-functional-shape",
        topic=_TOPIC,
        teaches="Shapes through a functional model: each layer reads what the last returned.",
        draw=_FUNCTIONAL,
        prompt=lambda n: (
            f"What is the output shape of this model, without the batch axis?"
            f"{_functional_program(n)}"
        ),
        form="shape",
        expects="a tuple (height, width, channels)",
        answer=lambda n: _functional(n)["shape"],
        steps=lambda n: [
            f"first convolution: {n.size} - {n.kernel} + 1 = {conv(n.size, n.kernel)}",
            f"second convolution: {conv(n.size, n.kernel)} - {n.kernel} + 1 = "
            f"{_functional(n)['shape'][0]}",
            f"the last axis: {n.second} filters",
        ],
        misconceptions=(
            slip(
                "one layer only",
                lambda n: (conv(n.size, n.kernel),) * 2 + (n.second,),
                "Both convolutions make the map smaller.",
                CLOSE,
            ),
            slip(
                "same taken for valid",
                lambda n: (n.size, n.size, n.second),
                SAME_FOR_VALID,
                FAR,
            ),
            slip(
                "maps multiplied",
                lambda n: (*_functional(n)["shape"][:2], n.first * n.second),
                "Each filter of the second layer reads all maps and returns one.",
                FAR,
            ),
        ),
        solved_by="shapes.output_shape",
        solution="(\n    *shapes.output_shape((n.size - n.kernel + 1,) * 2, n.kernel).value, "
        "n.second\n)",
    ),
]
