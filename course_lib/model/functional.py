"""A model found by walking back from its output to its input.

Each symbolic tensor knows which layer made it from which tensor, so ``Model(x, y)`` goes from y to
its source, and on, until it meets x: the layers on the way, in order, are the model.

A model is a layer itself: it has weights, a shape rule, forward and backward, and may stand inside
another model, frozen or not. Forward runs through the chain and keeps each layer's cache; backward
runs through it the other way, and stops where nothing below is left to learn.
"""

import os

import numpy as np

from course_lib.layers.base import Layer, SymbolicTensor, unique_name
from course_lib.layers.checks import real_array
from course_lib.layers.core import InputLayer


class Model(Layer):
    """A functional model: the chain of layers that leads from ``inputs`` to ``outputs``.

    ``inputs``: the tensor of an `Input`, or of a layer inside another model, which cuts a piece
    out of it. ``outputs``: a tensor, or a list of tensors of one chain, as for a model that shows
    every feature map: ``Model(model.input, [layer.output for layer in model.layers])``. Layers are
    shared with the models they come from, not copied.

    Raises ValueError for graphs that branch or join.
    """

    def __init__(self, inputs, outputs, name=None, trainable=True):
        kind = "Functional" if type(self) is Model else type(self).__name__
        super().__init__(name=name or unique_name(kind))
        self._connect(_one_tensor("inputs", inputs), outputs)
        if not trainable:
            self.trainable = False

    def _connect(self, start, outputs):
        """Take the chain between the symbolic tensors ``start`` and ``outputs``."""
        self._several = isinstance(outputs, (list, tuple))
        ends = list(outputs) if self._several else [outputs]
        if not ends:
            raise ValueError(f"{self.name}: outputs must be a tensor or a list of them, got [].")
        walks = [walk_back(_one_tensor("outputs", end), start) for end in ends]
        tensors = max(walks, key=len)
        for end, walk in zip(ends, walks, strict=True):
            if walk != tensors[: len(walk)]:
                raise ValueError(
                    f"{self.name}: outputs must lie on one chain of layers, but the way to {end!r} "
                    "branches off. Make a model of its own for each branch."
                )
        self._start, self._ends = start, ends
        self.steps = [tensor.layer for tensor in tensors]
        self.step_shapes = [start.shape, *(tensor.shape for tensor in tensors)]
        self._taps = [len(walk) for walk in walks]
        self._check_names()
        self.input_shape = start.shape
        shapes = [end.shape for end in ends]
        self.output_shape = shapes if self._several else shapes[0]
        self.built = True

    def _check_names(self):
        layers = {}
        for layer in self.steps:
            if layers.setdefault(layer.name, layer) is not layer:
                raise ValueError(
                    f"{self.name}: layers must have different names, got two of the name "
                    f"{layer.name!r}."
                )

    # --------------------------------------------------------------------- the model as a layer

    @property
    def layers(self):
        """The layers in order, each once; a functional model's first one is its input layer."""
        entrance = [self._start.layer] if isinstance(self._start.layer, InputLayer) else []
        return list(dict.fromkeys([*entrance, *self.steps]))

    @property
    def input(self):
        return self._start

    @property
    def output(self):
        return list(self._ends) if self._several else self._ends[0]

    inputs = property(lambda self: [self.input])
    outputs = property(lambda self: list(self._ends))

    def get_layer(self, name=None, index=None):
        """The layer of that name, or at that place of ``layers``."""
        if (name is None) == (index is None):
            raise ValueError(f"{self.name}: get_layer needs a name or an index.")
        layers = self.layers
        if index is not None:
            if not -len(layers) <= index < len(layers):
                raise ValueError(
                    f"{self.name}: index must be below {len(layers)}, the number of layers, "
                    f"got {index}."
                )
            return layers[index]
        for layer in layers:
            if layer.name == name:
                return layer
        known = ", ".join(layer.name for layer in layers)
        raise ValueError(f"{self.name} has no layer {name!r}. Its layers: {known}.")

    def check_input(self, shape):
        """An example must have the shape of the model's input; where it is clear, say the mend."""
        expected, got = self.input_shape[1:], tuple(shape)
        fits = len(got) == len(expected) + 1 and all(
            want is None or have is None or want == have
            for want, have in zip(expected, got[1:], strict=True)
        )
        if fits:
            return
        numbers = ", ".join(map(str, ("batch", *expected)))
        raise ValueError(
            f"{self.name}: inputs must have shape ({numbers}), got {got}.{_mend(expected, got)}"
        )

    def compute_output_shape(self, input_shape):
        shapes = [tuple(input_shape)]
        for layer in self.steps:
            shapes.append(layer.compute_output_shape(shapes[-1]))
        ends = [shapes[tap] for tap in self._taps]
        return ends if self._several else ends[0]

    def _call_symbolic(self, tensor):
        if self._several:
            raise ValueError(f"{self.name}: a model with several outputs cannot stand in a chain.")
        return super()._call_symbolic(tensor)

    def cast(self, inputs):
        """Numbers as the first layer takes them: floats of its dtype, or word numbers."""
        for layer in self.steps:
            if not isinstance(layer, InputLayer):
                return layer.cast(inputs)
        return real_array(f"{self.name}: inputs", inputs)

    def forward(self, inputs, training=False, rng=None):
        outputs, caches = [inputs], []
        for layer in self.steps:
            result, cache = layer.forward(outputs[-1], training, rng)
            outputs.append(result)
            caches.append(cache)
            if not self._several:
                del outputs[0]
        if self._several:
            return [outputs[tap] for tap in self._taps], caches
        return outputs[-1], caches

    @property
    def ends_with(self):
        return self.steps[-1].ends_with if self.steps and not self._several else None

    def forward_logits(self, inputs, training=False, rng=None):
        caches = []
        for layer in self.steps[:-1]:
            inputs, cache = layer.forward(inputs, training, rng)
            caches.append(cache)
        logits, cache = self.steps[-1].forward_logits(inputs, training, rng)
        return logits, [*caches, cache]

    def backward(self, grad_outputs, cache, need_input_gradient=True):
        if self._several:
            raise ValueError(f"{self.name}: a model with several outputs cannot be trained.")
        gradients = {}
        lowest = 0 if need_input_gradient else self._first_to_learn()
        grad = grad_outputs
        for place in range(len(self.steps) - 1, lowest - 1, -1):
            layer = self.steps[place]
            grad, own = layer.backward(
                grad, cache[place], need_input_gradient=need_input_gradient or place > lowest
            )
            if not layer.trainable:
                continue
            for name, gradient in own.items():
                path = f"{layer.name}/{name}"
                # A shared layer is met more than once: its gradients add up.
                gradients[path] = gradients[path] + gradient if path in gradients else gradient
        ordered = {path: gradients[path] for path in self.trainable_parameters if path in gradients}
        return (grad if need_input_gradient else None), ordered

    def _first_to_learn(self):
        """Place of the first layer with something to learn; gradients are of no use below it."""
        for place, layer in enumerate(self.steps):
            if layer.trainable_parameters:
                return place
        return len(self.steps)

    def new_state(self, cache):
        return {
            f"{layer.name}/{name}": array
            for layer, own in zip(self.steps, cache, strict=True)
            for name, array in layer.new_state(own).items()
        }

    @property
    def treats_examples_alone(self):
        return all(layer.treats_examples_alone for layer in self.steps)

    # ---------------------------------------------------------------------------------- weights

    def _gather(self, kind):
        return {
            f"{layer.name}/{name}": array
            for layer in self.layers
            for name, array in getattr(layer, kind).items()
        }

    @property
    def parameters(self):
        """{layer/name: array} of everything that can be learned."""
        return self._gather("parameters")

    @property
    def state(self):
        """{layer/name: array} of what is not learned: moving averages."""
        return self._gather("state")

    @property
    def trainable_parameters(self):
        """{layer/name: array} of what training changes."""
        return self._gather("trainable_parameters") if self.trainable else {}

    @property
    def named_weights(self):
        return self._gather("named_weights")

    @property
    def trainable(self):
        return self._trainable

    @trainable.setter
    def trainable(self, value):
        Layer.trainable.fset(self, value)
        for layer in self.layers:
            layer.trainable = value

    def save_weights(self, filepath, overwrite=True):
        """Write all weights to the file ``filepath``, whose name must end in .npz."""
        path = _weights_path(filepath)
        if not overwrite and os.path.exists(path):
            raise FileExistsError(f"{path} exists. Pass overwrite=True to write over it.")
        self._need_weights("save_weights")
        named = self.named_weights
        with open(path, "wb") as file:
            np.savez(file, **{f"{i:03d} {name}": a for i, (name, a) in enumerate(named.items())})

    def load_weights(self, filepath):
        """Read weights written by `save_weights` of a model with the same layers in order."""
        path = _weights_path(filepath)
        self._need_weights("load_weights")
        with np.load(path, allow_pickle=False) as file:
            stored = {name.partition(" ")[2]: file[name] for name in sorted(file.files)}
        own = self.named_weights
        if len(stored) != len(own):
            raise ValueError(
                f"{path} holds {len(stored)} arrays, model {self.name} has {len(own)}: they are "
                "not of the same layers."
            )
        for (theirs, array), (name, mine) in zip(stored.items(), own.items(), strict=True):
            if array.shape != mine.shape:
                raise ValueError(
                    f"{path}: {theirs} has shape {array.shape}, but {name} of model {self.name} "
                    f"has shape {mine.shape}."
                )
        self.set_weights(stored.values())

    def _need_weights(self, what):
        if not self.built:
            raise ValueError(
                f"{self.name}: {what} needs the input shape. Start the model with Input(shape=...)."
            )

    # ------------------------------------------------- what summary and training do for a model

    def summary(self, *, print_fn=None, expand_nested=False, show_trainable=False):
        """Print the table of layers, output shapes and parameters, as Keras does."""
        from course_lib.summary import table

        (print_fn or print)(table(self, expand_nested, show_trainable))

    def explain(self, *, print_fn=None):
        """Print the arithmetic behind every output shape and every number of parameters."""
        from course_lib.summary import explanation

        (print_fn or print)(explanation(self))

    def compile(self, optimizer="rmsprop", loss=None, *, metrics=None):
        """Choose how the model learns: optimizer, loss and metrics, by name or as objects."""
        from course_lib.training import Trainer

        self._trainer = Trainer(self, optimizer, loss, metrics)

    @property
    def trainer(self):
        """What `compile` made: optimizer, loss and metrics."""
        if getattr(self, "_trainer", None) is None:
            raise ValueError(
                f"{self.name} must be compiled first: "
                'model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", '
                'metrics=["accuracy"]).'
            )
        return self._trainer

    optimizer = property(lambda self: self.trainer.optimizer)
    loss = property(lambda self: self.trainer.loss)
    metrics_names = property(lambda self: self.trainer.names)

    def fit(self, x=None, y=None, batch_size=32, epochs=1, verbose="auto", callbacks=None,
            validation_split=0.0, validation_data=None, shuffle=True, *, initial_epoch=0,
            validation_batch_size=None):  # fmt: skip
        """Train for ``epochs`` rounds over the examples; returns the `History`.

        x (examples, ...) and y (examples, ...) are arrays. Each round takes the examples in a new
        order (unless ``shuffle`` is False), ``batch_size`` at a time. ``validation_data`` (x, y) is
        evaluated after each round; ``validation_split`` puts that share of the examples, the last
        ones, aside for it. ``verbose``: 0 silent, 1 or "auto" a progress bar, 2 a line per epoch.
        """
        return self.trainer.fit(
            x, y, batch_size=batch_size, epochs=epochs, verbose=verbose, callbacks=callbacks,
            validation_split=validation_split, validation_data=validation_data, shuffle=shuffle,
            initial_epoch=initial_epoch, validation_batch_size=validation_batch_size,
        )  # fmt: skip

    def evaluate(self, x=None, y=None, batch_size=32, verbose="auto", *, return_dict=False):
        """Loss and metrics over the examples: a number, or [loss, *metrics], or a dict."""
        return self.trainer.evaluate(x, y, batch_size, verbose, return_dict)

    def train_on_batch(self, x, y=None, *, return_dict=False):
        """One step on one batch; returns its loss, or [loss, *metrics], before the step."""
        return self.trainer.train_on_batch(x, y, return_dict)

    def predict(self, x, batch_size=32, verbose="auto"):
        """Outputs for all examples, computed batch by batch so that memory stays bounded."""
        from course_lib.training import predict

        return predict(self, x, batch_size, verbose)


def walk_back(end, start):
    """The tensors after ``start`` up to ``end``, found by going from each to its source."""
    tensors, tensor = [], end
    while tensor is not start:
        if tensor.source is None:
            raise ValueError(
                f"The outputs {end!r} do not come from the inputs {start!r}: walking back ends at "
                f"{tensor!r}. Use the Input that the layers were called on."
            )
        tensors.append(tensor)
        tensor = tensor.source
    return tensors[::-1]


def _one_tensor(argument, value):
    if isinstance(value, (list, tuple)):
        if len(value) != 1:
            raise ValueError(
                f"Model: {argument} must be one tensor, got {len(value)}. A model here is one "
                "chain of layers; graphs that branch or join are not part of it."
            )
        value = value[0]
    if not isinstance(value, SymbolicTensor):
        hint = " Pass layer.output." if isinstance(value, Layer) else ""
        raise TypeError(
            f"Model: {argument} must be the tensor of Input(shape=...) or of a layer called on it, "
            f"got {type(value).__name__}.{hint}"
        )
    return value


def _mend(expected, got):
    """How to bring an array of shape ``got`` to examples of shape ``expected``, if it is clear."""
    if None in expected or None in got:
        return ""
    cells = int(np.prod(expected, dtype=int))
    if got == tuple(expected):
        return f" Add the batch axis: inputs.reshape({', '.join(map(str, (1, *expected)))})."
    if got and got[0] and int(np.prod(got[1:], dtype=int)) == cells:
        return f" Reshape: inputs.reshape({', '.join(map(str, (got[0], *expected)))})."
    if int(np.prod(got, dtype=int)) == cells:
        return f" Reshape: inputs.reshape({', '.join(map(str, (1, *expected)))})."
    return ""


def _weights_path(filepath):
    path = os.fspath(filepath)
    if not path.endswith(".npz"):
        raise ValueError(f"filepath must end in .npz, got {path!r}.")
    return path
