"""Recorded runs: what long computations printed, with date, machine, versions and seed.

A record is a JSON file beside this module, written by the command that it names in its own field
``command``; a trained model's weights stand beside it as ``.npz``. The book shows records where a
computation would take too long for the build, and never a number typed by hand.
"""

import io
import json
import re
from importlib.resources import files

import numpy as np

_FOLDER = files(__package__)  # inside a zip too


def names():
    """Names of all records, sorted."""
    return sorted(path.name[:-5] for path in _FOLDER.iterdir() if path.name.endswith(".json"))


def load(name):
    """The record ``name`` as a dictionary.

    Raises:
        ValueError: there is no such record; the text lists those there are.
    """
    if name not in names():
        raise ValueError(f"load: name must be one of {', '.join(names())}; got {name!r}.")
    return json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def weights(name):
    """The recorded model's weights, float32 arrays in the order of ``model.get_weights()``."""
    path = _FOLDER / f"{name}.npz"
    if name not in names() or not path.is_file():
        held = [n for n in names() if (_FOLDER / f"{n}.npz").is_file()]
        raise ValueError(f"weights: name must be one of {', '.join(held)}; got {name!r}.")
    with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as file:
        return [file[key] for key in sorted(file.files)]


def keep(name, parts):
    """Write ``parts`` of the record ``name``; what else it has stays. A part that is None goes.

    For runs in parts: one that is interrupted, or made anew by itself, costs the others nothing.
    """
    record = (load(name) if name in names() else {}) | parts
    save(name, {key: part for key, part in record.items() if part is not None})


def begun(name, settings):
    """The rows of a run with these settings that was interrupted, or none (see `keep_begun`)."""
    found = load(name).get("begun", {}) if name in names() else {}
    return found["rows"] if found.get("settings") == settings else []


def keep_begun(name, settings, rows):
    """Keep the rows of a run that goes on, beside those of the last complete one."""
    keep(name, {"begun": {"settings": settings, "rows": rows}})


def save(name, record, arrays=None):
    """Write the record ``name`` (JSON-able) and, where given, the weights it belongs to."""
    text = json.dumps(record, indent=1, ensure_ascii=False)
    # a list of numbers stands on one line
    text = re.sub(r"\[\s+([-\d.eE,\s]+?)\s+\]", lambda m: f"[{' '.join(m[1].split())}]", text)
    (_FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    if arrays is not None:
        keys = {f"w{index:02d}": array for index, array in enumerate(arrays)}
        np.savez_compressed(_FOLDER / f"{name}.npz", **keys)
