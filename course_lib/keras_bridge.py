"""Models over the bridge: from Keras to this library and back, with their weights.

Layers keep their names, arguments and weights, so that the two models give the same outputs for
the same inputs; `max_difference` measures how nearly. How a model was compiled is not carried over.

Keras is imported when a function here is called, and nowhere else in the library.
"""

import inspect

import numpy as np

from course_lib import initializers, layers, regularizers
from course_lib.activations import ActivationFunction
from course_lib.layers.base import Layer
from course_lib.layers.own import NOT_HERE
from course_lib.model import Model, Sequential


def from_keras(model):
    """The same model in this library, weights copied.

    ``model`` is a Keras ``Sequential`` or a functional model. Raises ValueError for layers this
    library has not, TypeError for arguments it has not.
    """
    import keras

    if not isinstance(model, keras.Model):
        raise TypeError(f"from_keras: model must be a Keras model, got {type(model).__name__}.")
    return _model_from_keras(model, {})


def to_keras(model):
    """The same `Sequential` or functional `Model` in Keras, weights copied."""
    if not isinstance(model, Model):
        raise TypeError(
            f"to_keras: model must be a model of this library, got {type(model).__name__}."
        )
    return _model_to_keras(model, {})


def max_difference(model, keras_model, inputs, batch_size=256):
    """Largest absolute difference of the two models' outputs for ``inputs`` (examples, ...)."""
    import keras

    if not isinstance(model, Model) or not isinstance(keras_model, keras.Model):
        raise TypeError(
            "max_difference: needs a model of this library and a Keras model, in this order, "
            f"got {type(model).__name__} and {type(keras_model).__name__}."
        )
    if len(model.inputs) > 1 or len(model.outputs) > 1:
        raise ValueError(
            "max_difference: needs models of one input and one output; compare what "
            f"{model.name}.predict returns, array by array."
        )
    ours = model.predict(inputs, verbose=0)
    inputs = np.asarray(inputs)
    theirs = np.concatenate(
        [
            keras.ops.convert_to_numpy(keras_model(inputs[i : i + batch_size], training=False))
            for i in range(0, len(inputs), batch_size)
        ]
    )
    if ours.shape != theirs.shape:
        raise ValueError(
            f"max_difference: the models' outputs must have the same shape, got {ours.shape} "
            f"and {theirs.shape}."
        )
    return float(np.abs(ours - theirs).max())


# ----------------------------------------------------------------------------------- from Keras


def _model_from_keras(model, known):
    """``known`` maps ids of Keras layers to ours, so that a shared layer stays one layer."""
    import keras

    if isinstance(model, keras.Sequential):
        entrance = [layers.Input(batch_shape=model.input_shape)] if model.built else []
        inside = [_layer_from_keras(layer, known) for layer in model.layers]
        ours = Sequential([*entrance, *inside], name=model.name)
    else:
        ours = _graph_from_keras(model, known)
    ours._trainable = bool(model.trainable)
    for theirs in model.layers:
        own = known.get(id(theirs))
        if own is not None and not isinstance(own, Model):
            own.trainable = bool(theirs.trainable)
            if own.built:
                own.set_weights(theirs.get_weights())
    return ours


def _graph_from_keras(model, known):

    if not hasattr(model, "inputs") or not hasattr(model, "outputs"):
        raise ValueError(
            f"from_keras: {model.name} is neither Sequential nor a functional model, so its layers "
            "cannot be followed."
        )
    starts = [
        layers.Input(batch_shape=entrance.shape, name=entrance._keras_history.operation.name)
        for entrance in model.inputs
    ]
    made = {id(theirs): ours for theirs, ours in zip(model.inputs, starts, strict=True)}
    for end in model.outputs:
        for node in _nodes_before(end, made):
            inputs = [made[id(tensor)] for tensor in node.input_tensors]
            layer = _operation_from_keras(node.operation, known)
            outputs = layer(inputs if layer.takes_several else inputs[0])
            outputs = outputs if isinstance(outputs, list) else [outputs]
            made |= {id(t): own for t, own in zip(node.outputs, outputs, strict=True)}
    ends = [made[id(end)] for end in model.outputs]
    starts, ends = (found if len(found) > 1 else found[0] for found in (starts, ends))
    return Model(starts, ends, name=model.name)


def _nodes_before(tensor, made):
    """The calls that lead to a Keras tensor from those in ``made``, in order."""
    if id(tensor) in made:
        return []
    history = tensor._keras_history
    node = history.operation._inbound_nodes[history.node_index]
    before = [other for source in node.input_tensors for other in _nodes_before(source, made)]
    return list(dict.fromkeys([*before, node]))


def _operation_from_keras(operation, known):
    """Our layer for a layer of Keras, or for x + y, x - y, x * y."""
    import keras

    if isinstance(operation, keras.layers.Layer):
        return _layer_from_keras(operation, known)
    kind = type(operation).__name__
    if kind not in ("Add", "Subtract", "Multiply"):
        raise ValueError(
            f"from_keras: {operation.name} is not a layer. Only layers can be converted, and x + y,"
            " x - y, x * y."
        )
    return getattr(layers, kind)(name=operation.name)


def _layer_from_keras(layer, known):
    import keras

    if id(layer) in known:
        return known[id(layer)]
    kind = type(layer).__name__
    if isinstance(layer, keras.Model):
        ours = _model_from_keras(layer, known)
    else:
        cls = getattr(layers, kind, None)
        if not isinstance(cls, type) or not issubclass(cls, Layer):
            raise ValueError(f"from_keras: {layer.name} is a {kind}, which this library has not.")
        ours = cls(**_arguments_from_keras(layer, cls))
    known[id(layer)] = ours
    return ours


def _arguments_from_keras(layer, cls):
    names = inspect.signature(cls.__init__).parameters
    theirs = inspect.signature(type(layer).__init__).parameters
    arguments = {}
    for name, value in layer.get_config().items():
        if name in names and name not in ("name", "weights"):
            arguments[name] = _initializer_from_keras(value) if "initializer" in name else value
        elif name.removesuffix("_regularizer") in cls.regularizable and value is not None:
            arguments[name] = _regularizer_from_keras(name, value)
        elif name in NOT_HERE and name in theirs and value != theirs[name].default:
            arguments[name] = value  # the layer refuses it, and says so
    if "activation" in arguments and not isinstance(arguments["activation"], str):
        arguments["activation"] = getattr(layer.activation, "__name__", layer.activation)
    return {**arguments, "name": layer.name, "dtype": layer.compute_dtype}


def _initializer_from_keras(value):
    """The initializer of a Keras config. The weights are copied, so an unknown one may go."""
    cls = getattr(initializers, value.get("class_name", ""), None) if value else None
    if cls is None:
        return "zeros"
    names = inspect.signature(cls.__init__).parameters
    return cls(**{k: v for k, v in value["config"].items() if k in names})


def _regularizer_from_keras(name, value):
    cls = getattr(regularizers, value["class_name"], None)
    if cls is None:
        raise ValueError(
            f"from_keras: {name} is a {value['class_name']}, which this library has not."
        )
    return cls(**value["config"])


# ------------------------------------------------------------------------------------- to Keras


def _model_to_keras(model, known):
    import keras

    if isinstance(model, Sequential):
        entrance = [_input_to_keras(model.input.layer)] if model.built else []
        inside = [_layer_to_keras(layer, known) for layer in model.steps]
        theirs = keras.Sequential([*entrance, *inside], name=model.name)
    else:
        theirs = _graph_to_keras(model, known)
    theirs.trainable = model.trainable
    for layer in model.layers:
        if id(layer) in known and not isinstance(layer, Model):
            other = known[id(layer)]
            other.trainable = layer.trainable
            if layer.built and layer.weights:
                other.set_weights(layer.get_weights())
                # Keras' Normalization computes with what it made of its weights.
                getattr(other, "finalize_state", lambda: None)()
    return theirs


def _graph_to_keras(model, known):
    import keras

    entrances = model.layers[: len(model.inputs)]
    starts = [_input_to_keras(entrance) for entrance in entrances]
    made = dict(zip(model.graph.starts, starts, strict=True))
    for step in model.graph.steps:
        made.update(step.made(_layer_to_keras(step.layer, known)(step.taken(made))))
    ends = [made[place] for place in model.graph.ends]
    starts, ends = (found if len(found) > 1 else found[0] for found in (starts, ends))
    return keras.Model(starts, ends, name=model.name)


def _input_to_keras(layer):
    """Keras' Input for our input layer."""
    import keras

    return keras.Input(batch_shape=layer.input_shape, name=layer.name)


def _layer_to_keras(layer, known):
    import keras

    if id(layer) not in known:
        if isinstance(layer, Model):
            known[id(layer)] = _model_to_keras(layer, known)
        else:
            config = {name: _value_to_keras(v) for name, v in layer.get_config().items()}
            known[id(layer)] = getattr(keras.layers, type(layer).__name__)(**config)
    return known[id(layer)]


def _value_to_keras(value):
    import keras

    if isinstance(value, ActivationFunction):
        return value.name
    if isinstance(value, initializers.Initializer):
        return getattr(keras.initializers, type(value).__name__)(**value.get_config())
    if isinstance(value, regularizers.Regularizer):
        return getattr(keras.regularizers, type(value).__name__)(**value.get_config())
    return value
