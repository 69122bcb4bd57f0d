"""Layers of one's own: what a subclass of `Layer` must have, and how it is told so.

Keras differentiates whatever ``call`` does. Here every layer says itself how it goes back, so a
layer of your own has a ``forward`` and a ``backward``:

    class Square(layers.Layer):
        def forward(self, inputs, training=False, rng=None):
            return inputs**2, inputs  # outputs, and what the way back needs

        def backward(self, grad_outputs, cache, need_input_gradient=True):
            return 2 * cache * grad_outputs, {}  # gradients of the inputs, and of the weights

One with weights creates them in ``create_weights(input_shape)`` by ``add_weight``, and returns a
gradient for each name. One that changes the shape has ``compute_output_shape``. The operations of
`course_lib.ops` come in such pairs: ``conv_forward`` and ``conv_backward``.

Several parts of a batch can be under way in a model: they take turns at batch normalisations
(`ops.meeting`), and where processes cannot be copied, threads do them. A layer that keeps something
on ``self`` until ``backward`` would get another part's. So neither is done beside layers of your
own, unless each of their classes says ``meets = True``: all goes by the cache, and sums over the
batch by ``ops.meeting.over_batch``.
"""

from course_lib.errors import SaysWhatItTakes, unknown_argument

# Arguments of Keras' layers that the layers here do not take.
NOT_HERE = {
    "activity_regularizer",
    "kernel_constraint",
    "bias_constraint",
    "beta_constraint",
    "gamma_constraint",
    "embeddings_constraint",
    "depthwise_regularizer",
    "pointwise_regularizer",
    "depthwise_constraint",
    "pointwise_constraint",
    "lora_rank",
    "lora_alpha",
    "renorm",
    "renorm_clipping",
    "renorm_momentum",
    "synchronized",
    "quantization_config",
    "autocast",
    "mask_zero",
    "sparse",
    "ragged",
    "optional",
}

# Arguments of Keras 1 and 2, and what is written today.
INSTEAD = {
    "input_dim": "input_dim is written Input(shape=({0},)) before the layer today, or "
    "input_shape=({0},).",
    "batch_input_shape": "batch_input_shape is written Input(batch_shape={0}) before the layer "
    "today.",
}
# The same of what a model begins with.
INSTEAD_IN_INPUT = {
    "input_shape": "input_shape is called shape, here as in Keras 3: {1}(shape={0}).",
    "batch_input_shape": "batch_input_shape is called batch_shape, here as in Keras 3: "
    "{1}(batch_shape={0}).",
    "input_dim": "input_dim is written shape, here as in Keras 3: {1}(shape=({0},)).",
}


def refuse(owner, unknown, known, instead=INSTEAD):
    """TypeError for an argument that is not ``known``; one of Keras' that is off may be given."""
    for argument, value in unknown.items():
        if argument in instead:
            raise TypeError(f"{owner}: {instead[argument].format(value, owner)}")
        if argument not in NOT_HERE:
            raise unknown_argument(owner, argument, known)
        if value is not None and value is not False:
            raise TypeError(
                f"{owner}: Keras has the argument {argument}, this library has it not. "
                "Leave it out."
            )


def is_own(layer):
    """Whether its class was written outside this library, be it as a subclass of one in it."""
    return not type(layer).__module__.startswith("course_lib.")


def meets(layer):
    """Whether several parts may be under way in it; one of your own says so in its very class."""
    return layer.meets and (not is_own(layer) or "meets" in vars(type(layer)))


class LayerType(SaysWhatItTakes):
    """The class of layer classes: one of your own hears what it must have when it is written."""

    def __init__(cls, name, bases, namespace):
        super().__init__(name, bases, namespace)
        if "call" not in namespace:
            return
        if any(hasattr(base, "fit") for base in bases):
            raise TypeError(
                f"{name}: a model is not subclassed here, it is drawn: x = Input(shape=...); "
                "y = layer(x); model = Model(x, y). Then it also knows its shapes before it sees "
                "data."
            )
        if "forward" not in namespace:
            raise TypeError(
                f"{name}: a layer of your own needs forward and backward here in place of call, "
                "since nothing finds the way back by itself: forward(inputs, training, rng) "
                "returns (outputs, cache), backward(grad_outputs, cache, need_input_gradient) "
                "returns (gradient of the inputs, {name: gradient of the weight}). The operations "
                "of course_lib.ops come in such pairs; see course_lib.layers.own."
            )
