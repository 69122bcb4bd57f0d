"""How layers and models are kept: as plain data in a file, from which they are made again.

A model's configuration says which layers it has, with which arguments, and which of them reads
what. It is text (JSON) beside the arrays of the weights in one ``.npz`` file. Reading such a file
executes nothing: a layer's class is looked up by name among the library's own and those that the
reader hands over, arrays with Python objects are refused, and a configuration cannot ask for more
weights than the file holds.
"""

import json
import os
import zipfile

import numpy as np

from course_lib import initializers, layers, regularizers
from course_lib.activations import ActivationFunction
from course_lib.layers.base import Layer
from course_lib.layers.memory import weights_at_most

CONFIGURATION = "configuration"  # the entry of the file that holds the text
COMPILED = "compiled"  # the entry that says how the model was compiled
AVERAGES = "optimizer "  # how the entries of the optimizer's averages begin
LONGEST = 10_000_000  # characters of a configuration
MODELS = {}  # classes of models by the names under which they are kept; each enters itself
PARTS = {"initializer": initializers, "regularizer": regularizers}


def kept(layer):
    """A layer as plain data: its class and its configuration."""
    name = next((n for n, cls in MODELS.items() if type(layer) is cls), type(layer).__name__)
    config = {key: _plain(layer, key, value) for key, value in layer.get_config().items()}
    return {"class_name": name, "config": config}


def made(entry, custom_objects=None):
    """The layer of what `kept` returned; ``custom_objects``: {name: class} of your own layers."""
    if not isinstance(entry, dict) or not isinstance(entry.get("config"), dict):
        raise ValueError(f"load_model: a layer must be kept with a class and a config, got {entry}")
    return _class_of(entry.get("class_name"), custom_objects)(entry["config"])


def _class_of(name, custom_objects):
    """How a layer of the class ``name`` is made from a configuration."""
    own = (custom_objects or {}).get(name)
    cls = own or (MODELS.get(name) if isinstance(name, str) else None)
    if cls is None and name in layers.__all__:
        cls = getattr(layers, name)
    if not isinstance(cls, type) or not issubclass(cls, Layer) or cls is Layer:
        raise ValueError(
            f"load_model: {name!r} is no layer of this library. A layer of your own is handed over:"
            " custom_objects={'Name': Name}."
        )
    if cls in MODELS.values():
        return lambda config: cls.from_config(config, custom_objects)
    return lambda config: cls.from_config({key: _value(v) for key, v in config.items()})


def _plain(layer, key, value):
    """A value of a configuration as JSON can hold it."""
    for kind, module in PARTS.items():
        if isinstance(value, getattr(module, kind.title())):
            return {kind: type(value).__name__, "config": value.get_config()}
    if isinstance(value, np.generic):
        value = value.item()
    if callable(value) or isinstance(value, (np.ndarray, ActivationFunction)):
        raise ValueError(
            f"{layer.name}: {key} is a {type(value).__name__}, and what it does cannot be kept in "
            "a file. Give it by name, or keep the weights alone: save_weights."
        )
    return value


def _value(value):
    """The value of what `_plain` made."""
    if not isinstance(value, dict):
        return value
    for kind, module in PARTS.items():
        cls = getattr(module, str(value.get(kind)), None)
        if isinstance(cls, type) and issubclass(cls, getattr(module, kind.title())):
            return cls(**value.get("config", {}))
    raise ValueError(f"load_model: nothing of this library is kept as {value}.")


def path_of(filepath):
    """The path of a file of weights as text; ValueError where its name does not end in .npz."""
    path = os.fspath(filepath)
    if not path.endswith(".npz"):
        raise ValueError(f"filepath must end in .npz, got {path!r}.")
    return path


def new_file(filepath, overwrite):
    """The path of a file to be written; FileExistsError where it is there and must stay."""
    path = path_of(filepath)
    if not overwrite and os.path.exists(path):
        raise FileExistsError(f"{path} exists. Pass overwrite=True to write over it.")
    return path


def write_weights(path, model):
    """The weights alone into the file ``path``."""
    _write(path, _numbered(model))


def read_weights(path, model):
    """Set the weights of ``model`` to those of the file ``path``, which come in the same order."""
    with np.load(path, allow_pickle=False) as file:
        names = [name for name in sorted(file.files) if _is_weight(name)]
        stored = {name.partition(" ")[2]: file[name] for name in names}
    own = model.named_weights
    if len(stored) != len(own):
        raise ValueError(
            f"{path} holds {len(stored)} arrays, model {model.name} has {len(own)}: they are "
            "not of the same layers."
        )
    for (theirs, array), (name, mine) in zip(stored.items(), own.items(), strict=True):
        if array.shape != mine.shape:
            raise ValueError(
                f"{path}: {theirs} has shape {array.shape}, but {name} of model {model.name} "
                f"has shape {mine.shape}."
            )
    model.set_weights(stored.values())


def _numbered(model):
    """The weights under names that sort as they come: 000 conv2d/kernel."""
    return {f"{i:03d} {name}": a for i, (name, a) in enumerate(model.named_weights.items())}


def _is_weight(name):
    return name not in (CONFIGURATION, COMPILED) and not name.startswith(AVERAGES)


def _write(path, arrays):
    with open(path, "wb") as file:
        np.savez(file, **arrays)


def write(path, model):
    """Configuration, weights, and how the model was compiled, into the file ``path``."""
    entries = {CONFIGURATION: np.array(json.dumps(kept(model))), **_numbered(model)}
    from course_lib.model import compiled  # loads the optimizers

    found = compiled.kept(model)
    if found is not None:
        entries[COMPILED] = np.array(json.dumps(found))
        entries |= {AVERAGES + name: a for name, a in compiled.averages(model).items()}
    _write(path, entries)


def read(path, custom_objects=None, compile=True):
    """The model that `write` has put into the file ``path``."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
        with np.load(path, allow_pickle=False) as file:
            text = str(file[CONFIGURATION]) if CONFIGURATION in file.files else ""
            if not 0 < len(text) <= LONGEST:
                raise ValueError("it holds no configuration")
            with weights_at_most(size):
                model = made(json.loads(text), custom_objects)
    except (zipfile.BadZipFile, RecursionError, KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"load_model: {path} is no model that this library saved: {error}"
        ) from error
    if not hasattr(model, "load_weights"):
        raise ValueError(f"load_model: {path} holds a {type(model).__name__}, not a model.")
    if model.built:
        model.load_weights(path)
    if compile:
        _compile_again(path, model)
    return model


def _compile_again(path, model):
    from course_lib.model import compiled

    try:
        with np.load(path, allow_pickle=False) as file:
            if COMPILED in file.files:
                found = json.loads(str(file[COMPILED])[:LONGEST])
                names = [name for name in file.files if name.startswith(AVERAGES)]
                averages = {name.removeprefix(AVERAGES): file[name] for name in names}
                compiled.compile_again(model, found, averages)
    except (AttributeError, RecursionError, KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"load_model: {path}: the model cannot be compiled as it was, {error}. "
            "Give compile=False, and call compile."
        ) from error
