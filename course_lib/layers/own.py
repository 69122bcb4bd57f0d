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
"""

import inspect

from course_lib.errors import unknown_argument


class LayerType(type):
    """The class of layer classes: making a layer with wrong arguments names the layer."""

    def __call__(cls, *args, **kwargs):
        signature = inspect.signature(cls.__init__)
        try:
            signature.bind(None, *args, **kwargs)
        except TypeError as error:
            names = list(signature.parameters)[1:]
            known = [name for name in names if name not in ("kwargs", "unknown")]
            for argument in kwargs:
                if argument not in names and "argument" in str(error) and "unexp" in str(error):
                    raise unknown_argument(cls.__name__, argument, known) from None
            text = f"{cls.__name__}: {error}. Its arguments: {', '.join(known)}."
            raise TypeError(text) from None
        return super().__call__(*args, **kwargs)

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
