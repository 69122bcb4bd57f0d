"""The models of the lectures, and two famous ones, as stacks for the model builder.

A stack is an input shape and a list of layers, each a dictionary of its type and the arguments
that differ from Keras' defaults, with Keras' names.
"""


def _conv(filters, kernel, **more):
    return {"type": "Conv2D", "filters": filters, "kernel_size": [kernel, kernel], **more}


def _pool(kind="Max", window=2, **more):
    return {"type": f"{kind}Pooling2D", "pool_size": [window, window], **more}


def _dense(units, activation):
    return {"type": "Dense", "units": units, "activation": activation}


def _model(label, input_shape, layers, note="", style="sequential"):
    return {
        "label": label,
        "input_shape": list(input_shape),
        "layers": layers,
        "note": note,
        "style": style,
    }


_RELU, _TANH = {"activation": "relu"}, {"activation": "tanh"}
_SAME = {"padding": "same", **_RELU}
_FLATTEN = {"type": "Flatten"}
_DROPOUT = {"type": "Dropout", "rate": 0.5}
_SIGMOID = {"type": "Activation", "activation": "sigmoid"}
_OVERLAPPING = _pool(window=3, strides=[2, 2])

MODELS = {
    "mnist": _model(
        "Lecture: MNIST classifier",
        (28, 28, 1),
        [
            _conv(32, 3, **_RELU),
            _pool(),
            _conv(64, 3, **_RELU),
            _pool(),
            _FLATTEN,
            _DROPOUT,
            _dense(10, "softmax"),
        ],
    ),
    "two-layers": _model(
        "Lecture: two convolutions, functional",
        (10, 10, 1),
        [_conv(5, 3), _SIGMOID, _conv(2, 3), _SIGMOID],
        style="functional",
    ),
    "wide-dense": _model(
        "Lecture: a dense layer of 1,024 units",
        (28, 28, 1),
        [
            _conv(32, 3, **_RELU),
            _pool(),
            _conv(64, 3, **_RELU),
            _pool(),
            _FLATTEN,
            _dense(1024, "relu"),
            _dense(10, "softmax"),
        ],
    ),
    "typical": _model(
        "Lecture: typical CNN, 8 and 16 filters",
        (28, 28, 1),
        [_conv(8, 3, **_RELU), _pool(), _conv(16, 3, **_RELU), _FLATTEN, _dense(10, "softmax")],
        note="The lecture leaves the fully connected part open; here it is one layer of 10 units.",
    ),
    "minimal": _model(
        "Lecture: minimal CNN, 5 classes",
        (9, 14, 3),
        [_conv(5, 3, **_RELU), _pool(), _FLATTEN, _dense(5, "softmax")],
        note="The lecture leaves the size of the image open; here it is 9 × 14.",
    ),
    "six-hidden": _model(
        "Lecture: six hidden layers",
        (32, 32, 3),
        [
            _conv(16, 3, **_RELU),
            _conv(16, 3, **_RELU),
            _pool(),
            _conv(32, 3, **_RELU),
            _pool(),
            _conv(32, 3, **_RELU),
            _FLATTEN,
            _dense(10, "softmax"),
        ],
        note="The lecture gives the order of the layers; sizes and numbers of filters are ours.",
    ),
    "lenet-5": _model(
        "LeNet-5 (1998)",
        (32, 32, 1),
        [
            _conv(6, 5, **_TANH),
            _pool("Average"),
            _conv(16, 5, **_TANH),
            _pool("Average"),
            _FLATTEN,
            _dense(120, "tanh"),
            _dense(84, "tanh"),
            _dense(10, "softmax"),
        ],
        note="As it is built today. The paper joined only some maps in its second convolution.",
    ),
    "alexnet": _model(
        "AlexNet (2012)",
        (227, 227, 3),
        [
            _conv(96, 11, strides=[4, 4], **_RELU),
            _OVERLAPPING,
            _conv(256, 5, **_SAME),
            _OVERLAPPING,
            _conv(384, 3, **_SAME),
            _conv(384, 3, **_SAME),
            _conv(256, 3, **_SAME),
            _OVERLAPPING,
            _FLATTEN,
            _dense(4096, "relu"),
            _DROPOUT,
            _dense(4096, "relu"),
            _DROPOUT,
            _dense(1000, "softmax"),
        ],
        note=(
            "On one device. The paper split three convolutions over two GPUs, which saved 1.4 "
            "million weights, and used a normalisation without weights."
        ),
    ),
}


_DEFAULTS = {"use_bias": True}


def build(input_shape, layers):
    """The stack as a ``course_lib.Sequential``; a list of layers that does not fit raises."""
    import course_lib as keras

    made = [_made(keras, layer) for layer in layers]
    return keras.Sequential([keras.Input(shape=tuple(input_shape)), *made])


def rows(input_shape, layers):
    """(type, output shape, parameters) of every layer, without making any weights.

    Raises ValueError when a layer does not fit what comes before it.
    """
    import course_lib as keras

    shape, found = (None, *input_shape), []
    for layer in layers:
        channels, given = shape[-1], {**_DEFAULTS, **layer}
        shape = _made(keras, layer).compute_output_shape(shape)
        count = 0
        if layer["type"] == "Conv2D":
            kernel, filters = tuple(layer["kernel_size"]), layer["filters"]
            count = keras.shapes.conv_parameters(kernel, channels, filters, given["use_bias"])
        elif layer["type"] == "Dense":
            count = keras.shapes.dense_parameters(channels, layer["units"], given["use_bias"])
        elif layer["type"] == "BatchNormalization":
            count = 4 * channels
        found.append((layer["type"], tuple(shape[1:]), int(count)))
    return found


def _made(keras, layer):
    arguments = {name: _argument(value) for name, value in layer.items() if name != "type"}
    return getattr(keras.layers, layer["type"])(**arguments)


def _argument(value):
    return tuple(value) if isinstance(value, list) else value
